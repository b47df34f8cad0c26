"""The dataset: people divided into sets, faces packed with their labels.

in   results/labels/{video}.csv   (labels.smk), results/faces/{video}.crops.h5   (faces.smk)
out  results/dataset/split.csv, split.json, faces_{size}.h5  -> training.smk
     results/tables/audit.csv, results/figures/audit.png, results/dataset/croissant.json, datasheet.html
cfg  splits, dataset, audit, datasheet, licence, seed
"""

ALL_LABELS = expand("<results>/labels/{video}.csv", video=CORPUS.ids)
ALL_CROPS = expand("<results>/faces/{video}.crops.h5", video=CORPUS.ids)


rule split_people:
    """Divide the people into training, validation and test (thesis 3.1.4)."""
    input:
        labels=ALL_LABELS,
    output:
        split="<results>/dataset/split.csv",
        certificate="<results>/dataset/split.json",
    log:
        "<logs>/split_people.log",
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 1500 * attempt,
        runtime=lambda wildcards, attempt: 20 * attempt,
    params:
        people=CORPUS.people(),
        cfg=config["splits"],
        seed=config["seed"],
        code=code_of("split_people"),
    script:
        "../scripts/split_people.py"


rule pack_faces:
    """Pack the selected faces of all videos with their labels into one file per size."""
    input:
        split="<results>/dataset/split.csv",
        labels=ALL_LABELS,
        crops=ALL_CROPS,
    output:
        faces="<results>/dataset/faces_{size}.h5",
    log:
        "<logs>/pack_faces/{size}.log",
    threads: 1
    resources:
        # Faces are streamed: the memory does not grow with the number of frames.
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        people=CORPUS.people(),
        cfg=without(config["dataset"], "sizes"),
        size="{size}",
        protocol="identity",
        seed=config["seed"],
        code=code_of("pack_faces"),
    script:
        "../scripts/pack_faces.py"


use rule pack_faces as pack_random_frames with:
    output:
        faces="<results>/dataset/faces_{size}_random_frames.h5",
    log:
        "<logs>/pack_random_frames/{size}.log",
    params:
        people=CORPUS.people(),
        cfg=without(config["dataset"], "sizes"),
        size="{size}",
        protocol="random_frames",
        seed=config["seed"],
        code=code_of("pack_faces"),


rule audit_dataset:
    """Search the packed faces for one person in two sets, by name and by near-identical faces."""
    input:
        faces=largest_faces,
    output:
        csv=report(
            "<results>/tables/audit.csv",
            category="Dataset",
            subcategory="Tables",
            labels={"table": "audit", "format": "csv"},
            caption="../report/audit.rst",
        ),
        png=report(
            "<results>/figures/audit.png",
            category="Dataset",
            subcategory="Figures",
            labels={"figure": "most similar faces of two sets"},
            caption="../report/audit.rst",
        ),
        svg="<results>/figures/audit.svg",
    log:
        "<logs>/audit_dataset.log",
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 1500 * attempt,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        cfg=config["audit"],
        code=code_of("audit_dataset"),
    script:
        "../scripts/audit_dataset.py"


rule describe_dataset:
    """Write the Croissant metadata and the datasheet of the packed dataset."""
    input:
        labels=ALL_LABELS,
        faces=expand(
            "<results>/dataset/faces_{size}.h5", size=config["dataset"]["sizes"]
        ),
        split="<results>/dataset/split.csv",
        certificate="<results>/dataset/split.json",
    output:
        croissant="<results>/dataset/croissant.json",
        markdown="<results>/dataset/datasheet.md",
        html=report(
            "<results>/dataset/datasheet.html",
            category="Dataset",
            subcategory="Datasheet",
            labels={"page": "datasheet"},
            caption="../report/datasheet.rst",
        ),
    log:
        "<logs>/describe_dataset.log",
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 1500 * attempt,
        runtime=lambda wildcards, attempt: 20 * attempt,
    params:
        people=CORPUS.people("annotators"),
        cfg=config["datasheet"],
        licence=config["licence"],
        fps=config["video"]["fps"],
        keep_frames_without_au=config["dataset"]["keep_frames_without_au"],
        code=code_of("describe_dataset"),
    script:
        "../scripts/describe_dataset.py"
