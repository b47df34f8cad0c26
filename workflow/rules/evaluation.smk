"""Evaluation: scores of every checkpoint, the held-out protocol, the thesis' tables.

in   results/runs/{experiment}/{run}/*, results/dataset/faces_{size}.h5, resources/published
out  results/runs/{experiment}/{run}/scores.csv, chosen.json, held_out.csv, bootstrap.csv,
     results/tables/*
cfg  evaluation
"""


rule evaluate_run:
    """Score every checkpoint of one run, and the chosen one by the held-out protocol."""
    input:
        data=of_run(RUNS.dataset),
        config="<results>/runs/{experiment}/{run}/config.json",
        checkpoints="<results>/runs/{experiment}/{run}/checkpoints.csv",
        history="<results>/runs/{experiment}/{run}/history.csv",
        archive=carried("<results>/runs/{experiment}/{run}/run.tar"),
    output:
        scores="<results>/runs/{experiment}/{run}/scores.csv",
        chosen="<results>/runs/{experiment}/{run}/chosen.json",
        held_out="<results>/runs/{experiment}/{run}/held_out.csv",
        checkpoint=carried("<results>/runs/{experiment}/{run}/chosen.tar"),
        bootstrap="<results>/runs/{experiment}/{run}/bootstrap.csv",
    log:
        "<logs>/evaluate_run/{experiment}/{run}.log",
    threads: 1
    resources:
        mem_mb=image_memory,
        runtime=scoring_minutes,
    params:
        cfg=config["evaluation"],
        protocol="identity",
        code=code_of("evaluate_run"),
        model=of_run(RUNS.code),
    script:
        "../scripts/evaluate_run.py"


use rule evaluate_run as evaluate_leaking_run with:
    input:
        data=of_run(RUNS.dataset, "_random_frames"),
        config="<results>/leakage/{experiment}/{run}/config.json",
        checkpoints="<results>/leakage/{experiment}/{run}/checkpoints.csv",
        history="<results>/leakage/{experiment}/{run}/history.csv",
        archive=carried("<results>/leakage/{experiment}/{run}/run.tar"),
    output:
        scores="<results>/leakage/{experiment}/{run}/scores.csv",
        chosen="<results>/leakage/{experiment}/{run}/chosen.json",
        held_out="<results>/leakage/{experiment}/{run}/held_out.csv",
        checkpoint=carried("<results>/leakage/{experiment}/{run}/chosen.tar"),
        bootstrap="<results>/leakage/{experiment}/{run}/bootstrap.csv",
    log:
        "<logs>/evaluate_leaking_run/{experiment}/{run}.log",
    params:
        cfg=config["evaluation"],
        protocol="random_frames",
        code=code_of("evaluate_run"),
        model=of_run(RUNS.code),


rule tabulate_scores:
    """Write one score table of the thesis, with its numbers and our best_on_test and held_out scores."""
    input:
        scores=of_table("scores.csv"),
        chosen=of_table("chosen.json"),
        held_out=of_table("held_out.csv"),
        published=local(of_workflow("resources/published/published_scores.csv")),
    output:
        csv=report(
            "<results>/tables/{table}.csv",
            category="Results",
            subcategory="Tables",
            labels={"table": "{table}", "format": "csv"},
            caption="../report/scores.rst",
        ),
        markdown="<results>/tables/{table}.md",
        html=report(
            "<results>/tables/{table}.html",
            category="Results",
            subcategory="Tables",
            labels={"table": "{table}", "format": "page"},
            caption="../report/scores.rst",
        ),
    log:
        "<logs>/tabulate_scores/{table}.log",
    wildcard_constraints:
        table="|".join(LAYOUTS),
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        table="{table}",
        runs=table_runs,
        code=code_of("tabulate_scores"),
    script:
        "../scripts/tabulate_scores.py"


rule tabulate_categories:
    """Write the accuracy of the categorical GANs on pictures of ten categories (thesis, 3.2.2)."""
    input:
        scores=RUNS.files(RUNS.categorical(), "runs", "scores.csv"),
        chosen=RUNS.files(RUNS.categorical(), "runs", "chosen.json"),
        held_out=RUNS.files(RUNS.categorical(), "runs", "held_out.csv"),
    output:
        csv=report(
            "<results>/tables/categorical.csv",
            category="Results",
            subcategory="Tables",
            labels={"table": "categorical", "format": "csv"},
            caption="../report/categories.rst",
        ),
        markdown="<results>/tables/categorical.md",
        html=report(
            "<results>/tables/categorical.html",
            category="Results",
            subcategory="Tables",
            labels={"table": "categorical", "format": "page"},
            caption="../report/categories.rst",
        ),
    log:
        "<logs>/tabulate_categories.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        runs=as_dicts(RUNS.categorical()),
        code=code_of("tabulate_categories"),
    script:
        "../scripts/tabulate_categories.py"


rule tabulate_held_out:
    """Write every held-out score of all runs with its base rate, floor and interval."""
    input:
        scores=RUNS.files(RUNS.scored(), "runs", "scores.csv"),
        chosen=RUNS.files(RUNS.scored(), "runs", "chosen.json"),
        held_out=RUNS.files(RUNS.scored(), "runs", "held_out.csv"),
    output:
        csv=report(
            "<results>/tables/held_out_{kind}.csv",
            category="Results",
            subcategory="Held out",
            labels={"table": "held out, {kind}", "format": "csv"},
            caption="../report/held_out.rst",
        ),
        markdown="<results>/tables/held_out_{kind}.md",
        html=report(
            "<results>/tables/held_out_{kind}.html",
            category="Results",
            subcategory="Held out",
            labels={"table": "held out, {kind}", "format": "page"},
            caption="../report/held_out.rst",
        ),
    log:
        "<logs>/tabulate_held_out/{kind}.log",
    wildcard_constraints:
        kind="au|va",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        kind="{kind}",
        runs=as_dicts(RUNS.scored()),
        code=code_of("tabulate_held_out"),
    script:
        "../scripts/tabulate_held_out.py"


rule tabulate_leakage:
    """Write the effect of identity leakage: the same runs on both kinds of split."""
    input:
        identity_scores=RUNS.files(RUNS.leaking(), "runs", "scores.csv"),
        identity_chosen=RUNS.files(RUNS.leaking(), "runs", "chosen.json"),
        identity_held_out=RUNS.files(RUNS.leaking(), "runs", "held_out.csv"),
        random_scores=RUNS.files(RUNS.leaking(), "leakage", "scores.csv"),
        random_chosen=RUNS.files(RUNS.leaking(), "leakage", "chosen.json"),
        random_held_out=RUNS.files(RUNS.leaking(), "leakage", "held_out.csv"),
    output:
        csv=report(
            "<results>/tables/leakage.csv",
            category="Results",
            subcategory="Leakage",
            labels={"table": "leakage", "format": "csv"},
            caption="../report/leakage.rst",
        ),
        markdown="<results>/tables/leakage.md",
        html=report(
            "<results>/tables/leakage.html",
            category="Results",
            subcategory="Leakage",
            labels={"table": "leakage", "format": "page"},
            caption="../report/leakage.rst",
        ),
    log:
        "<logs>/tabulate_leakage.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        runs=as_dicts(RUNS.leaking()),
        code=code_of("tabulate_leakage"),
    script:
        "../scripts/tabulate_leakage.py"
