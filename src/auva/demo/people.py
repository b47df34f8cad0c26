"""The fifteen people of the synthetic corpus: the properties that movements do not change.

Lengths are in face units: 1 is half the width of an average face at the cheekbones (about 7 cm).
Colours are display RGB in [0, 1]. No numerical library is imported here, because the workflow
imports the catalogue, and with it this module, whenever it is parsed.
"""

from dataclasses import dataclass, field

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Person:
    """Appearance of one person.

    Attributes
    ----------
    identity : str
        Name used in the sample sheet.
    sex : str
        female or male.
    age : float
        0 (young) to 1 (old): depth of wrinkles and folds.
    skin, hair, iris, lips, clothes : tuple of float
        Colours.
    hair_style : str
        crop, side, curls, bob, long, bun, receding, fringe or afro.
    width, chin, jaw : float
        Half width of the face, height of the chin below the eyes, squareness of the jaw (1.8 round
        to 3.4 square).
    eye_distance, eye_width, eye_height, eye_tilt : float
        Centre of an eye from the midline, half width, half height, rise of the outer corner.
    brow_height, brow_thickness, brow_arch : float
        Height above the eyes, half thickness, rise of the outer third.
    nose_width, nose_length : float
        Half width between the wings, height of the tip below the eyes.
    mouth_width, upper_lip, lower_lip : float
        Half width, thickness of each lip.
    beard, stubble, freckles, makeup : float
        Strength in [0, 1].
    glasses : str
        "", round or square.
    """

    identity: str
    sex: str
    age: float
    skin: Colour
    hair: Colour
    iris: Colour
    lips: Colour
    clothes: Colour
    hair_style: str
    width: float = 1.0
    chin: float = 1.38
    jaw: float = 2.3
    eye_distance: float = 0.42
    eye_width: float = 0.20
    eye_height: float = 0.085
    eye_tilt: float = 0.02
    brow_height: float = 0.29
    brow_thickness: float = 0.045
    brow_arch: float = 0.05
    nose_width: float = 0.21
    nose_length: float = 0.50
    mouth_width: float = 0.34
    upper_lip: float = 0.065
    lower_lip: float = 0.09
    beard: float = 0.0
    stubble: float = 0.0
    freckles: float = 0.0
    makeup: float = 0.0
    glasses: str = ""
    texture: int = field(default=0)


_BLACK: Colour = (0.09, 0.075, 0.07)
_BROWN: Colour = (0.25, 0.16, 0.10)
_DARK_EYE: Colour = (0.24, 0.14, 0.08)

PEOPLE: tuple[Person, ...] = (
    Person(
        "ada", "female", 0.15, (0.93, 0.74, 0.63), (0.42, 0.24, 0.12), (0.30, 0.42, 0.30),
        (0.78, 0.42, 0.40), (0.20, 0.36, 0.45), "long",
        width=0.96, chin=1.34, jaw=1.95, eye_width=0.215, eye_height=0.106, eye_tilt=0.035,
        brow_height=0.31, brow_thickness=0.041, nose_width=0.185, mouth_width=0.33,
        upper_lip=0.07, lower_lip=0.10, makeup=0.5, texture=1,
    ),
    Person(
        "ben", "male", 0.65, (0.88, 0.69, 0.57), (0.27, 0.18, 0.11), (0.33, 0.46, 0.58),
        (0.73, 0.48, 0.43), (0.33, 0.35, 0.40), "side",
        width=1.02, chin=1.43, jaw=2.9, eye_height=0.084, brow_height=0.26,
        brow_thickness=0.066, brow_arch=0.03, nose_width=0.225, nose_length=0.53,
        mouth_width=0.36, upper_lip=0.05, lower_lip=0.075, stubble=0.75,
        glasses="square", texture=2,
    ),
    Person(
        "chloe", "female", 0.1, (0.52, 0.34, 0.24), _BLACK, _DARK_EYE,
        (0.52, 0.24, 0.22), (0.80, 0.56, 0.20), "afro",
        width=0.98, chin=1.34, jaw=2.1, eye_width=0.215, eye_height=0.106, eye_tilt=0.03,
        brow_height=0.30, brow_thickness=0.044, nose_width=0.245, nose_length=0.47,
        mouth_width=0.36, upper_lip=0.092, lower_lip=0.12, makeup=0.3, texture=3,
    ),
    Person(
        "daniel", "male", 0.5, (0.44, 0.29, 0.21), _BLACK, _DARK_EYE,
        (0.45, 0.25, 0.22), (0.60, 0.24, 0.20), "crop",
        width=1.02, chin=1.41, jaw=2.8, eye_height=0.092, brow_height=0.27,
        brow_thickness=0.063, nose_width=0.265, nose_length=0.49, mouth_width=0.38,
        upper_lip=0.085, lower_lip=0.11, beard=0.7, texture=4,
    ),
    Person(
        "emi", "female", 0.2, (0.93, 0.78, 0.66), _BLACK, (0.20, 0.12, 0.08),
        (0.76, 0.40, 0.38), (0.85, 0.80, 0.76), "fringe",
        width=1.0, chin=1.32, jaw=2.2, eye_width=0.205, eye_height=0.084, eye_tilt=0.045,
        brow_height=0.31, brow_thickness=0.044, brow_arch=0.03, nose_width=0.20,
        nose_length=0.46, mouth_width=0.31, upper_lip=0.065, lower_lip=0.09,
        glasses="round", texture=5,
    ),
    Person(
        "farid", "male", 0.45, (0.78, 0.58, 0.44), _BLACK, _DARK_EYE,
        (0.62, 0.37, 0.33), (0.18, 0.24, 0.36), "curls",
        width=1.0, chin=1.42, jaw=2.5, eye_height=0.095, brow_height=0.26,
        brow_thickness=0.066, brow_arch=0.04, nose_width=0.235, nose_length=0.56,
        mouth_width=0.35, upper_lip=0.058, lower_lip=0.085, beard=1.0, texture=6,
    ),
    Person(
        "greta", "female", 0.9, (0.92, 0.75, 0.66), (0.78, 0.77, 0.76), (0.40, 0.52, 0.62),
        (0.74, 0.45, 0.43), (0.48, 0.30, 0.46), "bob",
        width=0.99, chin=1.36, jaw=2.3, eye_height=0.084, eye_tilt=0.0, brow_height=0.28,
        brow_thickness=0.039, nose_width=0.215, nose_length=0.53, mouth_width=0.34,
        upper_lip=0.05, lower_lip=0.075, glasses="round", makeup=0.25, texture=7,
    ),
    Person(
        "hugo", "male", 0.75, (0.90, 0.70, 0.60), (0.55, 0.52, 0.50), (0.36, 0.44, 0.46),
        (0.72, 0.48, 0.44), (0.42, 0.46, 0.38), "receding",
        width=1.04, chin=1.40, jaw=2.6, eye_height=0.082, eye_tilt=-0.005, brow_height=0.25,
        brow_thickness=0.061, nose_width=0.245, nose_length=0.55, mouth_width=0.36,
        upper_lip=0.048, lower_lip=0.07, stubble=0.45, glasses="square", texture=8,
    ),
    Person(
        "ines", "female", 0.45, (0.90, 0.70, 0.58), (0.55, 0.22, 0.10), (0.32, 0.44, 0.36),
        (0.76, 0.42, 0.38), (0.16, 0.34, 0.28), "bun",
        width=0.97, chin=1.37, jaw=2.05, eye_width=0.21, eye_height=0.099, eye_tilt=0.03,
        brow_height=0.29, brow_thickness=0.046, brow_arch=0.065, nose_width=0.19,
        nose_length=0.50, mouth_width=0.345, upper_lip=0.062, lower_lip=0.088,
        freckles=0.9, makeup=0.2, texture=9,
    ),
    Person(
        "jonas", "male", 0.2, (0.95, 0.77, 0.67), (0.66, 0.50, 0.28), (0.34, 0.48, 0.60),
        (0.78, 0.50, 0.46), (0.22, 0.30, 0.26), "side",
        width=0.98, chin=1.40, jaw=2.5, eye_height=0.090, brow_height=0.28,
        brow_thickness=0.052, brow_arch=0.03, nose_width=0.20, nose_length=0.51,
        mouth_width=0.35, upper_lip=0.055, lower_lip=0.08, texture=10,
    ),
    Person(
        "kofi", "male", 0.3, (0.40, 0.26, 0.18), _BLACK, _DARK_EYE,
        (0.43, 0.23, 0.21), (0.30, 0.42, 0.52), "crop",
        width=0.99, chin=1.37, jaw=2.4, eye_width=0.21, eye_height=0.094, brow_height=0.28,
        brow_thickness=0.056, nose_width=0.255, nose_length=0.48, mouth_width=0.37,
        upper_lip=0.088, lower_lip=0.115, glasses="round", texture=11,
    ),
    Person(
        "lena", "female", 0.35, (0.94, 0.76, 0.65), (0.80, 0.64, 0.36), (0.38, 0.50, 0.58),
        (0.80, 0.46, 0.43), (0.62, 0.22, 0.28), "bob",
        width=0.98, chin=1.35, jaw=2.15, eye_width=0.21, eye_height=0.10, eye_tilt=0.025,
        brow_height=0.30, brow_thickness=0.042, nose_width=0.195, mouth_width=0.34,
        upper_lip=0.064, lower_lip=0.09, makeup=0.4, texture=12,
    ),
    Person(
        "mei", "female", 0.6, (0.90, 0.74, 0.60), (0.20, 0.18, 0.17), (0.20, 0.12, 0.08),
        (0.72, 0.40, 0.37), (0.36, 0.26, 0.44), "long",
        width=1.01, chin=1.34, jaw=2.35, eye_width=0.20, eye_height=0.082, eye_tilt=0.035,
        brow_height=0.29, brow_thickness=0.041, brow_arch=0.035, nose_width=0.205,
        nose_length=0.48, mouth_width=0.32, upper_lip=0.058, lower_lip=0.082, texture=13,
    ),
    Person(
        "nadia", "female", 0.25, (0.72, 0.53, 0.40), _BROWN, _DARK_EYE,
        (0.66, 0.36, 0.33), (0.76, 0.66, 0.30), "curls",
        width=0.97, chin=1.36, jaw=2.1, eye_width=0.215, eye_height=0.102, eye_tilt=0.03,
        brow_height=0.29, brow_thickness=0.052, brow_arch=0.06, nose_width=0.215,
        nose_length=0.51, mouth_width=0.35, upper_lip=0.072, lower_lip=0.10,
        glasses="square", makeup=0.2, texture=14,
    ),
    Person(
        "omar", "male", 0.8, (0.66, 0.48, 0.36), (0.46, 0.43, 0.41), _DARK_EYE,
        (0.58, 0.36, 0.32), (0.26, 0.24, 0.30), "receding",
        width=1.03, chin=1.42, jaw=2.7, eye_height=0.084, eye_tilt=-0.005, brow_height=0.26,
        brow_thickness=0.060, nose_width=0.24, nose_length=0.56, mouth_width=0.36,
        upper_lip=0.05, lower_lip=0.075, beard=0.8, texture=15,
    ),
)  # fmt: skip
"""The people, sorted by identity."""


def person(identity: str) -> Person:
    """Return the person called `identity`."""
    return next(one for one in PEOPLE if one.identity == identity)
