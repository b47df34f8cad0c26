"""The words of the Facial Action Coding System: what its units are called, what is said of one.

Numbers and names are those of Ekman, Friesen and Hager (2002), with the everyday words for them.
`auva.annotations.grammar` reads the names and values of spans with these words; a word that is not
here is not understood.
"""

from auva import units

NUMBERS = frozenset(
    (
        *(1, 2, 4, 5, 6, 7, 8, 9, *range(10, 40), *range(40, 47), *range(50, 67), *range(68, 76)),
        *(80, 81, 82, 84, 85, 91, 92, 97, 98),
    )
)
"""Numbers of the units, of the movements of eyes and head, and of gross behaviour."""

_BROW = "brow brows eyebrow eyebrows raise raised raiser raises raising frontalis pars"
_LIP = "lip lips mouth"
_DESCRIPTIONS = {
    1: f"inner medial medialis {_BROW}",
    2: f"outer lateral lateralis {_BROW}",
    4: "brow brows eyebrow eyebrows lower lowered lowerer lowering furrow furrowed furrower frown "
    "frowning knit corrugator supercilii procerus depressor glabellae",
    5: "upper lid lids eyelid raise raised raiser raising",
    6: "cheek cheeks raise raised raiser raising lid compressor orbicularis oculi "
    "pars orbitalis duchenne",
    7: "lid lids eyelid tight tightened tightener tightening",
    9: "nose wrinkle wrinkled wrinkler wrinkling",
    10: f"{_LIP} upper raise raised raiser raising",
    11: "nasolabial furrow deepen deepened deepener",
    12: f"{_LIP} corner corners pull pulled puller pulling smile smiling zygomaticus major",
    13: f"{_LIP} sharp puller cheek puffer",
    14: "dimple dimpler dimpled buccinator",
    15: f"{_LIP} corner corners depress depressed depressor depressing down anguli "
    "oris triangularis",
    16: f"{_LIP} lower depress depressed depressor",
    17: "chin raise raised raiser raising",
    18: f"{_LIP} pucker puckered puckerer puckering",
    20: f"{_LIP} stretch stretched stretcher stretching risorius platysma",
    22: f"{_LIP} funnel funneled funneler funneller funneling",
    23: f"{_LIP} tight tightened tightener tightening",
    24: f"{_LIP} press pressed presser pressor pressing",
    25: f"{_LIP} part parted parting apart open opened opening",
    26: "jaw drop dropped dropping",
    27: "mouth stretch stretched stretching",
    28: f"{_LIP} suck sucked sucking",
    43: "eye eyes closed closure close",
    45: "eye eyes blink blinked blinking",
    46: "eye wink winked winking",
}
DESCRIPTIONS = {
    number: frozenset(f"{_DESCRIPTIONS.get(number, '')} {name}".split())
    for number, name in units.DESCRIPTIONS.items()
}
"""By number, the words in which a unit is described; others say something else."""

PRESENT = ("present", "yes", "y", "true", "on", "active", "seen", "shown")
ABSENT = (
    *("absent", "absence", "no", "none", "n", "false", "off", "inactive", "not present"),
    *("not active", "not seen", "not shown", "not there", "without", "zero", "neutral"),
)
HIDDEN = (
    *("not visible", "invisible", "not observable", "occluded", "hidden", "covered", "obscured"),
    *("out of view", "out of frame", "out of sight", "off screen", "off-screen", "offscreen"),
    *("no face", "face lost", "face not visible"),
)
"""What says that a unit is not labelled because it cannot be seen."""
UNKNOWN = (
    *("?", "unknown", "unclear", "unsure", "uncertain", "not sure", "not clear", "n/a", "n.a."),
    *("na", "not available", "not applicable", "not known", "missing", "uncodable", "uncodeable"),
    *("not codable", "not codeable", "unscorable", "unscoreable", "not scorable", "not scoreable"),
    *("cannot be scored", "cannot be coded", "cannot tell", "can't tell", "unlabelled"),
    *("unlabeled", "not labelled", "not labeled", "not coded", "uncoded", "not scored", "unscored"),
    *("not annotated", "not rated"),
    *HIDDEN,
)
PHASES = ("onset", "apex", "offset", "peak")
"""Parts of one occurrence: during each of them the unit is present."""

GRADES = {
    **{letter: place for place, letter in enumerate("abcde", start=1)},
    **{"trace": 1, "slight": 2, "marked": 3, "pronounced": 3, "severe": 4, "extreme": 4},
    **{"maximum": 5, "maximal": 5, "max": 5},
}
"""Intensities by their letters and words."""

LEFT, RIGHT, BOTH = "left", "right", "both"
SIDES = {
    **dict.fromkeys(("l", "left", "left side"), LEFT),
    **dict.fromkeys(("r", "right", "right side"), RIGHT),
    **dict.fromkeys(("both", "both sides", "bilateral", "bilaterally", "lr", "bi"), BOTH),
    # One side without saying which; that a unit is stronger on one side is not told apart either.
    **dict.fromkeys(("unilateral", "unilaterally", "uni", "asymmetric", "asymmetrical"), ""),
}

NEUTRAL = (
    *("intensity", "intensities", "int", "level", "grade", "score", "rating", "facs", "side"),
    *("laterality", "presence", "occurrence", "phase", "facial", "expression"),
)
"""Words that say what a tier is about and change nothing."""

REMARKS = ("comment", "comments", "note", "notes", "remark", "remarks")
"""Words of tiers that hold what a coder remarks on a unit."""
ASIDE = (
    *REMARKS,
    *("confidence", "certainty", "reliability", "description", "question", "questions"),
)
"""Words of tiers that are about a unit and hold no labels of it."""
