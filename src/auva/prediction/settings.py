"""The `prediction` section of the configuration."""

from auva.settings import Setting

SETTINGS: dict[str, Setting] = {
    "experiment": Setting("au", "its experiment"),
    "run": Setting(None, "its name; null: the first of the experiment", types=("string", "null")),
}
