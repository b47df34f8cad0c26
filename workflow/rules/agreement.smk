"""Agreement of several annotators of a video, before any consensus.

in   results/video/{video}.frames.csv, .source.csv, AU and VA files of videos with several annotators
out  results/tables/agreement.csv, results/figures/agreement.png
cfg  alignment, action_units
"""

OF_THE_CONSENSUS = ("au_weights", "va_weights", "au_consensus", "va_consensus")


rule measure_agreement:
    """Measure kappas, CCC and ICC for every video with several annotators, and for all together."""
    input:
        manifests=expand(
            "<results>/video/{video}.frames.csv", video=CORPUS.multiply_annotated()
        ),
        timestamps=expand(
            "<results>/video/{video}.source.csv", video=CORPUS.multiply_annotated()
        ),
        annotations=several_annotations,
    output:
        csv=report(
            "<results>/tables/agreement.csv",
            category="Dataset",
            subcategory="Annotators",
            labels={"table": "agreement of annotators", "format": "csv"},
            caption="../report/agreement.rst",
        ),
    log:
        "<logs>/measure_agreement.log",
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=10,
    params:
        rows={
            video: without(CORPUS.annotation_row(video), *OF_THE_CONSENSUS)
            for video in CORPUS.multiply_annotated()
        },
        cfg=config["alignment"],
        action_units=config["action_units"],
        code=code_of("measure_agreement"),
    script:
        "../scripts/measure_agreement.py"


rule draw_agreement:
    """Draw the agreement per Action Unit and per dimension."""
    input:
        csv="<results>/tables/agreement.csv",
    output:
        png=report(
            "<results>/figures/agreement.png",
            category="Dataset",
            subcategory="Annotators",
            labels={"figure": "agreement of annotators"},
            caption="../report/agreement.rst",
        ),
        svg="<results>/figures/agreement.svg",
    log:
        "<logs>/draw_agreement.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code_of("draw_agreement"),
    script:
        "../scripts/draw_agreement.py"
