"""auva: from face videos with Action Unit and valence/arousal labels to evaluated GANs.

Everything a user asks for is a file below `results/`; docs/workflow.md tells which.
"""

from snakemake.utils import min_version

min_version("9.20")


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/functions.smk"
include: "workflow/rules/demo.smk"
include: "workflow/rules/video.smk"
include: "workflow/rules/faces.smk"
include: "workflow/rules/labels.smk"
include: "workflow/rules/agreement.smk"
include: "workflow/rules/dataset.smk"
include: "workflow/rules/statistics.smk"
include: "workflow/rules/digits.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/evaluation.smk"
include: "workflow/rules/quality.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/prediction.smk"
include: "workflow/rules/targets.smk"


# An included file cannot say what the default target is.
rule main:
    """The main job: the F1 table of the GAN for Action Units and its mean scores."""
    default_target: True
    input:
        "<results>/tables/au_f1.csv",
        "<results>/tables/au_mean.csv",
    localrule: True
