"""Settings that belong to no stage: the keys without a section, and those of comparisons."""

from auva.evaluation.peer_settings import SETTINGS as PEER
from auva.settings import NEEDED, Setting
from auva.units import THESIS_UNITS

PATH = r"^[^{}<>]+$"
"""Pattern of a path without braces, which would be wildcards of Snakemake."""

PATH_OF_A_SIZE = r"^([^{}<>]|\{size\})+$"

GENERAL: dict[str, Setting] = {
    "videos": Setting(
        "config/videos.tsv",
        "path of the sample sheet; paths inside it are relative to the sheet",
        pattern=PATH,
    ),
    "results": Setting("results", "folder of all outputs of the workflow", pattern=PATH),
    "action_units": Setting(
        THESIS_UNITS,
        "FACS numbers of the Action Units to read from the annotations, learn, score and show, in "
        "the order of every file; by default those of the thesis. Further Action Units of the "
        "annotations are ignored; the log, labels/{video}.json, tables/alignment.csv and the "
        "report name them and count their frames",
    ),
    "code_book": Setting(
        "",
        "names, keys, colours and pictures of the Action Units for `auva annotate` "
        "(docs/how-to/annotate.md); empty for none",
    ),
    "seed": Setting(
        20170407,
        "random seed: of the demo's people, the split and the bootstrap samples",
        minimum=0,
    ),
    "licence": Setting(
        "https://choosealicense.com/no-permission/",
        "licence of the results (a URL), named in their RO-Crate",
    ),
    "container_image": Setting(
        "auva.sif",
        "image in which `--sdm apptainer` runs the jobs: the file that `make image` writes, or "
        "docker://… in a registry",
        pattern=r"^[^{}<> ]+$",
    ),
    "leakage": Setting(
        (),
        "experiments that are also trained on a random split of frames, to measure the effect of "
        "identity leakage",
    ),
}

MODELS_TABLE: dict[str, Setting] = {
    "baseline": Setting(
        None,
        "EXPERIMENT or EXPERIMENT/RUN with which the other runs are compared; null: the first run "
        "of the model linear, if there is one",
        types=("string", "null"),
    )
}

TRANSFER: dict[str, Setting] = {
    "faces": Setting(
        NEEDED,
        "path of the packed faces of the other corpus; {size} stands for the pixels that a run "
        "needs",
        types=("string",),
        pattern=PATH_OF_A_SIZE,
    ),
    "other_people": Setting(False, "equal names of people are different people"),
}

PEERS: dict[str, Setting] = {
    "predictions": Setting(
        NEEDED,
        "folder of the files; the name of each up to its first dot is the id of a video",
        types=("string",),
        pattern=PATH,
    ),
    **PEER,
}
