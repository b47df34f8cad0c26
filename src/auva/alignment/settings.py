"""The `alignment` section of the configuration."""

from auva.settings import Setting

SETTINGS: dict[str, Setting] = {
    "max_extension": Setting(
        2,
        "number of rows by which an annotation may differ from the video; it is"
        " then extended or cropped",
        minimum=0,
    ),
    "max_gap_seconds": Setting(
        0.2,
        "longest unlabelled stretch in seconds across which valence and arousal are interpolated",
        minimum=0,
    ),
}
