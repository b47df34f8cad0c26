"""Faces: detection, choice of one face per frame, crops.

in   results/video/{video}.mp4, .frames.csv   (video.smk)
out  results/faces/{video}.detections.csv, .track.csv, .crops.h5, .sheet.png  -> labels.smk, dataset.smk
cfg  detector, selection, crops
"""


rule fetch_dpm_model:
    """Fetch the weights of the deformable part model and check their SHA-256."""
    output:
        model=protected(MODEL_FILE),
        licence=f"{Path(MODEL_FILE).with_suffix('')}.LICENCE.txt",
    log:
        "<logs>/fetch_dpm_model.log",
    retries: 2
    localrule: True
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    script:
        "../scripts/fetch_dpm_model.py"


rule detect_faces:
    """Find every face in every frame of one video."""
    input:
        video="<results>/video/{video}.mp4",
        manifest="<results>/video/{video}.frames.csv",
        model=detector_model(config["detector"]),
        calibration=detector_calibration(config["detector"]),
    output:
        detections="<results>/faces/{video}.detections.csv",
    log:
        "<logs>/detect_faces/{video}.log",
    threads: 1
    resources:
        # measured: 450 MB for 640x360 with one thread, independent of the length of the video
        mem_mb=lambda wildcards, attempt: 1200 * attempt,
        # measured: 0.4 s of one core for a frame of 1920x1080, or 0.4 to 1.5 minutes per megabyte
        runtime=minutes_of_video(60, 1),
    params:
        cfg=without(config["detector"], "model", "calibration"),
        code=code_of("detect_faces"),
    script:
        "../scripts/detect_faces.py"


rule keep_faces:
    """Keep at most one face per frame, with the reason (thesis 3.1.3); write crops and contact sheet.

    One job: a start costs more than the choice, and a corrected choice needs new crops anyway.
    """
    input:
        video="<results>/video/{video}.mp4",
        detections="<results>/faces/{video}.detections.csv",
        manifest="<results>/video/{video}.frames.csv",
    output:
        track="<results>/faces/{video}.track.csv",
        crops="<results>/faces/{video}.crops.h5",
        sheet=report(
            "<results>/faces/{video}.sheet.png",
            category="Dataset",
            subcategory="Contact sheets",
            labels={"video": "{video}"},
            caption="../report/contact_sheet.rst",
        ),
    log:
        "<logs>/keep_faces/{video}.log",
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 800 * attempt,
        runtime=minutes_of_video(20, 0.1),
    params:
        selection=without(config["selection"], "overrides"),
        overrides=of_video(CORPUS.overrides),
        crops=config["crops"],
        code=code_of("keep_faces"),
    script:
        "../scripts/keep_faces.py"
