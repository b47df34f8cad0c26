"""Quality of the generated images: distance to real images, and diversity.

in   results/runs/{experiment}/{run}/*, results/dataset/faces_{size}.h5, resources/digits/*.h5
out  results/quality/{dataset}.safetensors, results/runs/{experiment}/{run}/quality.csv,
     results/tables/quality.*
cfg  quality
"""


rule train_extractor:
    """Train the feature extractor of one dataset on its labels."""
    input:
        data=lambda wildcards: RUNS.extractor_dataset(wildcards.dataset),
    output:
        extractor="<results>/quality/{dataset}.safetensors",
    log:
        "<logs>/train_extractor/{dataset}.log",
    wildcard_constraints:
        dataset=r"[a-z0-9_]+",
    threads: 1
    resources:
        mem_mb=image_memory,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        size=extractor_size,
        cfg=config["quality"],
        code=code_of("train_extractor"),
    script:
        "../scripts/train_extractor.py"


rule measure_quality:
    """Measure the quality of the generated images of one run at some checkpoints."""
    input:
        data=of_run(RUNS.dataset),
        extractor=of_run(RUNS.extractor),
        config="<results>/runs/{experiment}/{run}/config.json",
        checkpoints="<results>/runs/{experiment}/{run}/checkpoints.csv",
        archive=carried("<results>/runs/{experiment}/{run}/run.tar"),
    output:
        quality="<results>/runs/{experiment}/{run}/quality.csv",
    log:
        "<logs>/measure_quality/{experiment}/{run}.log",
    threads: 1
    resources:
        mem_mb=image_memory,
        runtime=lambda wildcards, attempt: 30 * attempt,
    params:
        cfg=config["quality"],
        code=code_of("measure_quality"),
        model=of_run(RUNS.code),
    script:
        "../scripts/measure_quality.py"


rule tabulate_quality:
    """Write the image quality of all runs."""
    input:
        quality=RUNS.files(RUNS.generating(), "runs", "quality.csv"),
    output:
        csv=report(
            "<results>/tables/quality.csv",
            category="Results",
            subcategory="Image quality",
            labels={"table": "image quality", "format": "csv"},
            caption="../report/quality.rst",
        ),
        markdown="<results>/tables/quality.md",
        html=report(
            "<results>/tables/quality.html",
            category="Results",
            subcategory="Image quality",
            labels={"table": "image quality", "format": "page"},
            caption="../report/quality.rst",
        ),
    log:
        "<logs>/tabulate_quality.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        runs=as_dicts(RUNS.generating()),
        code=code_of("tabulate_quality"),
    script:
        "../scripts/tabulate_quality.py"
