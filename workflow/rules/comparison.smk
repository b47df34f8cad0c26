"""Comparison of all models, with other tools, and on other corpora.

in   results/runs/{experiment}/{run}/*, results/dataset/faces_{size}.h5, other tools' files
out  results/tables/models.*, results/tables/transfer.*, results/figures/models.*,
     results/peers/{peer}/*, results/transfer/{corpus}/*
cfg  models_table, peers, transfer, evaluation
"""

COMPARED = (
    "chosen.json",
    "held_out.csv",
    "bootstrap.csv",
    "cost.json",
    "checkpoints.csv",
)
"""Files of a run that the table reads, in addition to config.json."""


rule tabulate_models:
    """Write the table of all models: scores, differences to a baseline, cost."""
    input:
        configs=RUNS.files(RUNS.scored(), "runs", "config.json"),
        runs=[
            path
            for name in COMPARED
            for path in RUNS.files(RUNS.scored(), "runs", name)
        ],
        checkpoints=[
            carried(path) for path in RUNS.files(RUNS.scored(), "runs", "chosen.tar")
        ],
        data=datasets_of(RUNS.scored()),
        peers=COMPARISON.peer_files(),
    output:
        csv=report(
            "<results>/tables/models.csv",
            category="Results",
            subcategory="Models",
            labels={"table": "models", "format": "csv"},
            caption="../report/models.rst",
        ),
        markdown="<results>/tables/models.md",
        html=report(
            "<results>/tables/models.html",
            category="Results",
            subcategory="Models",
            labels={"table": "models", "format": "page"},
            caption="../report/models.rst",
        ),
    log:
        "<logs>/tabulate_models.log",
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=30,
    params:
        runs=as_dicts(RUNS.scored()),
        peers=COMPARISON.peer_folders(),
        baseline=COMPARISON.baseline,
        code=code_of("tabulate_models"),
        models=codes_of(RUNS.scored()),
    script:
        "../scripts/tabulate_models.py"


rule draw_models:
    """Draw the comparison of all models."""
    input:
        configs=RUNS.files(RUNS.scored(), "runs", "config.json"),
        runs=[
            path
            for name in COMPARED
            for path in RUNS.files(RUNS.scored(), "runs", name)
        ],
        peers=COMPARISON.peer_files(),
    output:
        png=report(
            "<results>/figures/models.png",
            category="Results",
            subcategory="Models",
            labels={"figure": "models"},
            caption="../report/models.rst",
        ),
        svg="<results>/figures/models.svg",
    log:
        "<logs>/draw_models.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        runs=as_dicts(RUNS.scored()),
        peers=COMPARISON.peer_folders(),
        baseline=COMPARISON.baseline,
        code=code_of("draw_models"),
    script:
        "../scripts/draw_models.py"


rule evaluate_peer:
    """Score the files that another tool wrote for the corpus' videos."""
    input:
        data=largest_faces,
        predictions=lambda wildcards: COMPARISON.predictions(wildcards.peer),
        manifests=expand("<results>/video/{video}.frames.csv", video=CORPUS.ids),
        timestamps=expand("<results>/video/{video}.source.csv", video=CORPUS.ids),
    output:
        scores="<results>/peers/{peer}/scores.csv",
        as_given="<results>/peers/{peer}/as_given.bootstrap.csv",
        tuned="<results>/peers/{peer}/tuned.bootstrap.csv",
    log:
        "<logs>/evaluate_peer/{peer}.log",
    wildcard_constraints:
        peer=one_of(COMPARISON.peers()),
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 20 * attempt,
    params:
        peer=lambda wildcards: COMPARISON.peer(wildcards.peer),
        cfg=config["evaluation"],
        code=code_of("evaluate_peer"),
    script:
        "../scripts/evaluate_peer.py"


rule evaluate_transfer:
    """Score a run on every face of another corpus."""
    input:
        data=transfer_faces,
        config="<results>/runs/{experiment}/{run}/config.json",
        checkpoints="<results>/runs/{experiment}/{run}/checkpoints.csv",
        chosen="<results>/runs/{experiment}/{run}/chosen.json",
        checkpoint=carried("<results>/runs/{experiment}/{run}/chosen.tar"),
    output:
        scores="<results>/transfer/{corpus}/{experiment}/{run}.csv",
    log:
        "<logs>/evaluate_transfer/{corpus}/{experiment}/{run}.log",
    wildcard_constraints:
        corpus=one_of(COMPARISON.corpora()),
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        names_are_shared=lambda wildcards: COMPARISON.names_are_shared(wildcards.corpus),
        cfg=config["evaluation"],
        code=code_of("evaluate_transfer"),
        model=of_run(RUNS.code),
    script:
        "../scripts/evaluate_transfer.py"


rule tabulate_transfer:
    """Write the scores of every run on other corpora."""
    input:
        scores=transfer_scores,
        held_out=RUNS.files(
            [run for _, run in COMPARISON.pairs()], "runs", "held_out.csv"
        ),
    output:
        csv=report(
            "<results>/tables/transfer.csv",
            category="Results",
            subcategory="Models",
            labels={"table": "other corpora", "format": "csv"},
            caption="../report/transfer.rst",
        ),
        markdown="<results>/tables/transfer.md",
        html=report(
            "<results>/tables/transfer.html",
            category="Results",
            subcategory="Models",
            labels={"table": "other corpora", "format": "page"},
            caption="../report/transfer.rst",
        ),
    log:
        "<logs>/tabulate_transfer.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        pairs=[(corpus, run.experiment, run.name) for corpus, run in COMPARISON.pairs()],
        code=code_of("tabulate_transfer"),
    script:
        "../scripts/tabulate_transfer.py"
