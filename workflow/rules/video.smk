"""Conversion to 30 frames/s and the frame manifest.

in   the original video of a row of the sample sheet
out  results/video/{video}.mp4, .frames.csv, .source.csv  -> faces.smk, labels.smk
cfg  video
"""


rule report_missing:
    """List the missing files of the sample sheet and fail, so that jobs that need them do not start."""
    output:
        MISSING,
    log:
        "<logs>/report_missing.log",
    localrule: True
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        lines=missing_files,
        code=code_of("report_missing"),
    message:
        "Not there:\n{params.lines}"
    script:
        "../scripts/report_missing.py"


rule convert_video:
    """Convert one video to constant 30 frames/s, and write the original frame of each frame."""
    input:
        video=original_video,
    output:
        video="<results>/video/{video}.mp4",
        manifest="<results>/video/{video}.frames.csv",
        timestamps="<results>/video/{video}.source.csv",
    log:
        "<logs>/convert_video/{video}.log",
    threads: 1
    resources:
        # measured: 180 MB for 640x360, independent of the length of the video
        mem_mb=lambda wildcards, attempt: 800 * attempt,
        runtime=minutes_of_video(30, 0.1),
    params:
        cfg=with_version(config["video"]),
        stream=of_video(CORPUS.stream),
        fps=of_video(CORPUS.rate),
        code=code_of("convert_video"),
    script:
        "../scripts/convert_video.py"
