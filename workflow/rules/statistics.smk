"""Tables and figures of the dataset, as in the thesis, and all frames by reason.

in   results/labels/{video}.csv, .json, results/dataset/split.csv, resources/published
out  results/tables/dataset_*.csv, split_*.csv, frames_by_reason.csv, alignment.csv,
     results/figures/dataset_*.png, trajectories/{video}.png
cfg  video.fps
"""


rule tabulate_dataset:
    """Write one table about the dataset: Tables 3.1 to 3.4 of the thesis, frames by reason."""
    input:
        labels=ALL_LABELS,
        split=split_of_table,
        published=local(of_workflow("resources/published/published_dataset.yaml")),
    output:
        csv=report(
            "<results>/tables/{table}.csv",
            category="Dataset",
            subcategory="Tables",
            labels={"table": "{table}", "format": "csv"},
            caption="../report/dataset.rst",
        ),
        markdown="<results>/tables/{table}.md",
        html=report(
            "<results>/tables/{table}.html",
            category="Dataset",
            subcategory="Tables",
            labels={"table": "{table}", "format": "page"},
            caption="../report/dataset.rst",
        ),
    log:
        "<logs>/tabulate_dataset/{table}.log",
    wildcard_constraints:
        table="|".join(DATASET_TABLES),
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 20 * attempt,
    params:
        people=people_of_table,
        table="{table}",
        code=code_of("tabulate_dataset"),
    script:
        "../scripts/tabulate_dataset.py"


rule tabulate_alignment:
    """Write the alignment of every annotation: frames, extended and cropped rows, time error."""
    input:
        reports=expand("<results>/labels/{video}.json", video=CORPUS.ids),
    output:
        csv=report(
            "<results>/tables/alignment.csv",
            category="Dataset",
            subcategory="Tables",
            labels={"table": "alignment", "format": "csv"},
            caption="../report/alignment.rst",
        ),
        markdown="<results>/tables/alignment.md",
        html=report(
            "<results>/tables/alignment.html",
            category="Dataset",
            subcategory="Tables",
            labels={"table": "alignment", "format": "page"},
            caption="../report/alignment.rst",
        ),
    log:
        "<logs>/tabulate_alignment.log",
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=code_of("tabulate_alignment"),
    script:
        "../scripts/tabulate_alignment.py"


rule draw_dataset:
    """Draw Action Units and affect of each set (thesis, Figures 3.2 to 3.11)."""
    input:
        labels=ALL_LABELS,
        split="<results>/dataset/split.csv",
        published=local(of_workflow("resources/published/published_dataset.yaml")),
    output:
        shares=report(
            "<results>/figures/dataset_action_units.png",
            category="Dataset",
            subcategory="Figures",
            labels={"figure": "Action Units of each set"},
            caption="../report/shares.rst",
        ),
        shares_svg="<results>/figures/dataset_action_units.svg",
        histograms=report(
            "<results>/figures/dataset_affect.png",
            category="Dataset",
            subcategory="Figures",
            labels={"figure": "valence and arousal of each set"},
            caption="../report/histograms.rst",
        ),
        histograms_svg="<results>/figures/dataset_affect.svg",
        plane=report(
            "<results>/figures/dataset_affect_plane.png",
            category="Dataset",
            subcategory="Figures",
            labels={"figure": "Action Units in the valence-arousal plane"},
            caption="../report/plane.rst",
        ),
        plane_svg="<results>/figures/dataset_affect_plane.svg",
    log:
        "<logs>/draw_dataset.log",
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=lambda wildcards, attempt: 20 * attempt,
    params:
        people=CORPUS.people(),
        code=code_of("draw_dataset"),
    script:
        "../scripts/draw_dataset.py"


rule draw_trajectory:
    """Draw the trajectory of one video in the valence-arousal plane (thesis, Figures 3.17 and 3.18)."""
    input:
        video="<results>/video/{video}.mp4",
        labels="<results>/labels/{video}.csv",
    output:
        png=report(
            "<results>/figures/trajectories/{video}.png",
            category="Dataset",
            subcategory="Trajectories",
            labels={"video": "{video}"},
            caption="../report/trajectory.rst",
        ),
        svg="<results>/figures/trajectories/{video}.svg",
    log:
        "<logs>/draw_trajectory/{video}.log",
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
        runtime=10,
    params:
        fps=config["video"]["fps"],
        code=code_of("draw_trajectory"),
    script:
        "../scripts/draw_trajectory.py"
