"""Training: one job per run of an experiment's grid.

in   results/dataset/faces_{size}.h5   (dataset.smk), resources/digits/*.h5, resources/landmarks/*
out  results/runs/{experiment}/{run}/*  -> evaluation.smk, figures.smk
     results/leakage/{experiment}/{run}/*  (the same on a random split of frames)
cfg  experiments, training
"""


rule fetch_landmarker:
    """Fetch the landmark networks and check their SHA-256."""
    output:
        networks=protected(PLACE),
        licence=PLACE.removesuffix("task") + "LICENCE.txt",
    log:
        "<logs>/fetch_landmarker.log",
    retries: 2
    localrule: True
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    script:
        "../scripts/fetch_landmarker.py"


rule train_run:
    """Train one run of a model that generates images; continue from its last saved state."""
    input:
        data=of_run(RUNS.dataset),
        files=of_run(RUNS.named_files, STORED),
    output:
        config="<results>/runs/{experiment}/{run}/config.json",
        history="<results>/runs/{experiment}/{run}/history.csv",
        checkpoints="<results>/runs/{experiment}/{run}/checkpoints.csv",
        cost="<results>/runs/{experiment}/{run}/cost.json",
        samples=report(
            "<results>/runs/{experiment}/{run}/samples.png",
            category="Training",
            subcategory="Generated pictures",
            labels={"experiment": "{experiment}", "run": "{run}"},
            caption="../report/samples.rst",
        ),
        archive=carried("<results>/runs/{experiment}/{run}/run.tar"),
    log:
        "<logs>/train_run/{experiment}/{run}.log",
    wildcard_constraints:
        experiment=one_of(RUNS.experiments(generating=True)),
    threads: 1
    resources:
        mem_mb=image_memory,
        runtime=training_minutes,
    params:
        run=run_settings,
        protocol="identity",
        code=code_of("train_run"),
        model=of_run(RUNS.code),
    script:
        "../scripts/train_run.py"


use rule train_run as train_model with:
    output:
        config="<results>/runs/{experiment}/{run}/config.json",
        history="<results>/runs/{experiment}/{run}/history.csv",
        checkpoints="<results>/runs/{experiment}/{run}/checkpoints.csv",
        archive=carried("<results>/runs/{experiment}/{run}/run.tar"),
        cost="<results>/runs/{experiment}/{run}/cost.json",
    log:
        "<logs>/train_model/{experiment}/{run}.log",
    wildcard_constraints:
        experiment=one_of(RUNS.experiments(generating=False)),


use rule train_run as train_leaking_run with:
    input:
        data=of_run(RUNS.dataset, "_random_frames"),
        files=of_run(RUNS.named_files, STORED),
    output:
        config="<results>/leakage/{experiment}/{run}/config.json",
        history="<results>/leakage/{experiment}/{run}/history.csv",
        checkpoints="<results>/leakage/{experiment}/{run}/checkpoints.csv",
        archive=carried("<results>/leakage/{experiment}/{run}/run.tar"),
        cost="<results>/leakage/{experiment}/{run}/cost.json",
    log:
        "<logs>/train_leaking_run/{experiment}/{run}.log",
    wildcard_constraints:
        experiment=one_of(RUNS.experiments()),
    params:
        run=run_settings,
        protocol="random_frames",
        code=code_of("train_run"),
        model=of_run(RUNS.code),
