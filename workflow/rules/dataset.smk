"""The dataset: people divided into sets, faces packed with their labels.

in   results/labels/{video}.csv   (labels.smk), results/faces/{video}.crops.h5   (faces.smk)
out  results/dataset/split.csv, split.json, faces_{size}.h5  -> training.smk
cfg  splits, dataset, seed
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
    benchmark:
        "<benchmarks>/split_people.tsv"
    conda:
        "../../envs/auva.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 1500 * attempt,
        runtime=lambda wildcards, attempt: 20 * attempt,
    params:
        sheet=config["videos"],
        people=CORPUS.people(),
        cfg=config["splits"],
        keep_frames_without_au=config["dataset"]["keep_frames_without_au"],
        seed=config["seed"],
        code=code_digest("splits"),
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
    benchmark:
        "<benchmarks>/pack_faces/{size}.tsv"
    conda:
        "../../envs/auva.yaml"
    threads: 1
    resources:
        # streamed: memory does not grow with the number of frames
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        videos=CORPUS.ids,
        cfg=config["dataset"],
        size="{size}",
        protocol="identity",
        seed=config["seed"],
        code=code_digest("dataset.pack"),
    script:
        "../scripts/pack_faces.py"


use rule pack_faces as pack_random_frames with:
    output:
        faces="<results>/dataset/faces_{size}_random_frames.h5",
    log:
        "<logs>/pack_random_frames/{size}.log",
    benchmark:
        "<benchmarks>/pack_random_frames/{size}.tsv"
    params:
        videos=CORPUS.ids,
        cfg=config["dataset"],
        size="{size}",
        protocol="random_frames",
        seed=config["seed"],
        code=code_digest("dataset.pack"),
