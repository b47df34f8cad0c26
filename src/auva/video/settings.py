"""The `video` section of the configuration."""

from auva.settings import Setting

SETTINGS: dict[str, Setting] = {
    "fps": Setting(
        30,
        "frame rate of the converted videos; all frame numbers count these frames",
        minimum=1,
        maximum=240,
    ),
    "crf": Setting(
        18,
        "quality of H.264 (constant rate factor): a lower value gives a better picture and a "
        "larger file",
        minimum=0,
        maximum=51,
    ),
    "preset": Setting(
        "veryfast",
        "preset of the encoder: slower ones give smaller files",
        choices=(
            "ultrafast",
            "superfast",
            "veryfast",
            "faster",
            "fast",
            "medium",
            "slow",
            "slower",
            "veryslow",
        ),
    ),
    "ffmpeg": Setting(
        None,
        "path or name of the program ffmpeg that encodes. null: the one in the locked package "
        "imageio-ffmpeg, so that every machine writes the same bytes. Videos are converted again "
        "when its version changes",
        types=("string", "null"),
    ),
}
