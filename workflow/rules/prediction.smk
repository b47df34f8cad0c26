"""Predictions of a trained run for every frame of the corpus' videos.

in   results/faces/{video}.*, results/video/{video}.frames.csv, one evaluated run
out  results/predictions/{video}.csv
cfg  prediction
"""


rule predict_video:
    """Predict Action Units, valence and arousal of one video's faces (thesis, Appendix B)."""
    input:
        run=predicting("config.json"),
        checkpoints=predicting("checkpoints.csv"),
        chosen=predicting("chosen.json"),
        checkpoint=carried(predicting("chosen.tar")),
        crops="<results>/faces/{video}.crops.h5",
        track="<results>/faces/{video}.track.csv",
        manifest="<results>/video/{video}.frames.csv",
    output:
        predictions="<results>/predictions/{video}.csv",
    log:
        "<logs>/predict_video/{video}.log",
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 1500 * attempt,
        runtime=lambda wildcards, attempt: 20 * attempt,
    params:
        code=code_of("predict_video"),
        model=predicting_code,
    script:
        "../scripts/predict_video.py"
