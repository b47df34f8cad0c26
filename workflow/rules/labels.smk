"""Labels: annotations joined to the frames, one row and one reason per frame.

in   results/video/{video}.frames.csv, .source.csv, results/faces/{video}.track.csv, AU and VA files
out  results/labels/{video}.csv, .json  -> dataset.smk
cfg  alignment, action_units, dataset.keep_frames_without_au
"""


rule align_labels:
    """Join Action Units, valence, arousal and the kept face of each frame of one video."""
    input:
        manifest="<results>/video/{video}.frames.csv",
        timestamps="<results>/video/{video}.source.csv",
        track="<results>/faces/{video}.track.csv",
        au=files_of_video(CORPUS.annotations, "au"),
        va=files_of_video(CORPUS.annotations, "va"),
        consensus=files_of_video(CORPUS.consensus),
        layouts=files_of_video(CORPUS.layouts),
    output:
        labels="<results>/labels/{video}.csv",
        report="<results>/labels/{video}.json",
    log:
        "<logs>/align_labels/{video}.log",
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 600 * attempt,
        runtime=5,
    params:
        row=of_video(CORPUS.annotation_row),
        cfg=config["alignment"],
        keep_frames_without_au=config["dataset"]["keep_frames_without_au"],
        action_units=config["action_units"],
        code=code_of("align_labels"),
    script:
        "../scripts/align_labels.py"
