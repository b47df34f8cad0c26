"""Figures of trainings and results, as png and svg.

in   results/runs/{experiment}/{run}/*   (training.smk, evaluation.smk)
out  results/figures/*
"""


rule draw_training:
    """Draw the losses and the scores of one run over its iterations."""
    input:
        history="<results>/runs/{experiment}/{run}/history.csv",
        scores="<results>/runs/{experiment}/{run}/scores.csv",
        chosen="<results>/runs/{experiment}/{run}/chosen.json",
    output:
        losses=report(
            "<results>/figures/{experiment}/{run}.losses.png",
            category="Training",
            subcategory="Curves",
            labels={"experiment": "{experiment}", "run": "{run}", "curve": "losses"},
            caption="../report/curves.rst",
        ),
        losses_svg="<results>/figures/{experiment}/{run}.losses.svg",
        scores=report(
            "<results>/figures/{experiment}/{run}.scores.png",
            category="Training",
            subcategory="Curves",
            labels={"experiment": "{experiment}", "run": "{run}", "curve": "scores"},
            caption="../report/curves.rst",
        ),
        scores_svg="<results>/figures/{experiment}/{run}.scores.svg",
    log:
        "<logs>/draw_training/{experiment}/{run}.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        run=run_settings,
        code=code_of("draw_training"),
    script:
        "../scripts/draw_training.py"


rule draw_losses:
    """Draw the losses of a run that has no table of scores (vanilla, categorical)."""
    input:
        history="<results>/runs/{experiment}/{run}/history.csv",
    output:
        losses="<results>/figures/{experiment}/{run}.losses-only.png",
        losses_svg="<results>/figures/{experiment}/{run}.losses-only.svg",
    log:
        "<logs>/draw_losses/{experiment}/{run}.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        run=run_settings,
        code=code_of("draw_losses"),
    script:
        "../scripts/draw_losses.py"


rule draw_samples:
    """Draw the sample grids of one run at the iterations that the thesis shows."""
    input:
        checkpoints="<results>/runs/{experiment}/{run}/checkpoints.csv",
        archive=carried("<results>/runs/{experiment}/{run}/run.tar"),
    output:
        png=report(
            "<results>/figures/{experiment}/{run}.samples.png",
            category="Training",
            subcategory="Generated pictures",
            labels={"experiment": "{experiment}", "run": "{run}"},
            caption="../report/samples.rst",
        ),
        svg="<results>/figures/{experiment}/{run}.samples.svg",
    log:
        "<logs>/draw_samples/{experiment}/{run}.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        run=run_settings,
        code=code_of("draw_samples"),
    script:
        "../scripts/draw_samples.py"


rule draw_action_units:
    """Draw the F1 of each Action Unit: thesis, best_on_test, and held_out with its interval."""
    input:
        scores=of_family("scores.csv"),
        chosen=of_family("chosen.json"),
        held_out=of_family("held_out.csv"),
        published=local(of_workflow("resources/published/published_scores.csv")),
    output:
        png=report(
            "<results>/figures/{experiment}_action_units.png",
            category="Results",
            subcategory="Figures",
            labels={"figure": "{experiment}, F1 per Action Unit"},
            caption="../report/action_units.rst",
        ),
        svg="<results>/figures/{experiment}_action_units.svg",
    log:
        "<logs>/draw_action_units/{experiment}.log",
    wildcard_constraints:
        # dataset_action_units.png is a figure of the dataset
        experiment=r"(?!dataset_action_units)[a-z0-9_]+",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        experiment="{experiment}",
        runs=family_runs,
        code=code_of("draw_action_units"),
    script:
        "../scripts/draw_action_units.py"


rule draw_affect:
    """Draw CCC and MSE of valence and arousal beside published work (thesis, Figure 3.56)."""
    input:
        scores=RUNS.files(RUNS.affect(), "runs", "scores.csv"),
        chosen=RUNS.files(RUNS.affect(), "runs", "chosen.json"),
        held_out=RUNS.files(RUNS.affect(), "runs", "held_out.csv"),
        published=local(of_workflow("resources/published/published_scores.csv")),
        others=local(of_workflow("resources/published/other_work.csv")),
    output:
        png=report(
            "<results>/figures/affect.png",
            category="Results",
            subcategory="Figures",
            labels={"figure": "valence and arousal beside published work"},
            caption="../report/affect.rst",
        ),
        svg="<results>/figures/affect.svg",
    log:
        "<logs>/draw_affect.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        runs=as_dicts(RUNS.affect()),
        code=code_of("draw_affect"),
    script:
        "../scripts/draw_affect.py"
