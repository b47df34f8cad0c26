"""The packed dataset as Croissant metadata with the Responsible AI fields (mlcommons.org).

Croissant 1.0 with the RAI vocabulary 1.0; built with and checked by `mlcroissant`.
"""

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from auva import wording
from auva.dataset import description
from auva.dataset.description import NOT_STATED, Facts
from auva.dataset.read import sizes as set_sizes
from auva.dataset_settings import DatasheetSettings
from auva.errors import InputError
from auva.files import sha256, write_text

CONFORMS_TO = ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"]

_COLUMNS = {
    "video": ("TEXT", "The video's name."),
    "identity": ("TEXT", "The person in the video."),
    "set": ("TEXT", "train, validation or test; no person is in two of them."),
    "fold": ("INTEGER", "Identity-disjoint fold for cross-validation, from 1; 0 without folds."),
}


def write_croissant(
    out_json: str | Path,
    packed: Sequence[str | Path],
    split_csv: str | Path,
    facts: Facts,
    said: DatasheetSettings,
    licence: str,
    preprocessing: str,
) -> None:
    """Write `croissant.json` beside the packed files.

    Parameters
    ----------
    out_json : path
        In the folder of the packed files and the split.
    packed : sequence of path
        The packed files.
    split_csv : path
        The split; its rows are the record set `videos`.
    facts : Facts
        Numbers of the run.
    said : DatasheetSettings
        What its makers say.
    licence : str
        A URL.
    preprocessing : str
        How the faces were made.

    Raises
    ------
    InputError
        If the metadata are not valid, with mlcroissant's words.
    """
    import mlcroissant as mlc

    logging.getLogger("absl").setLevel(logging.ERROR)
    try:
        page = mlc.Metadata(
            name=said.name,
            description=description.summary(facts),
            conforms_to=CONFORMS_TO,
            license=[licence],
            url=said.url,
            version=said.version,
            cite_as=said.citation,
            date_published=_date(said.published),
            creators=[mlc.Organization(name=name) for name in said.creators],
            keywords=["facial expression", "action units", "valence", "arousal", "FACS"],
            distribution=[*(_packed(path) for path in packed), _split(split_csv)],
            record_sets=[_videos(split_csv)],
            **responsible(facts, said, preprocessing),
        ).to_json()
    except mlc.ValidationError as error:
        raise InputError(f"not valid Croissant metadata ({error})", out_json) from error
    write_text(out_json, json.dumps(page, indent=2, ensure_ascii=False, default=str) + "\n")


def responsible(facts: Facts, said: DatasheetSettings, preprocessing: str) -> dict[str, Any]:
    """Return the RAI fields by mlcroissant's names."""
    annotators = facts.annotators
    return {
        "data_collection": said.collection or NOT_STATED,
        "data_collection_type": ["Videos"],
        "data_collection_missing_data": description.missing(facts),
        "data_preprocessing_protocol": [preprocessing],
        "data_manipulation_protocol": description.split_text(facts),
        "data_imputation_protocol": (
            "Valence and arousal are interpolated between labelled frames; nothing else is filled "
            "in, and what is not labelled has a mask."
        ),
        "data_annotation_protocol": [
            "Presence of each Action Unit (FACS) per frame; valence and arousal continuous in "
            "[-1, 1] on time."
        ],
        "annotations_per_item": "; ".join(
            [
                description.agreed(annotators[0], "Action Units"),
                description.agreed(annotators[1], "valence and arousal"),
            ]
        ),
        "annotator_demographics": [said.annotators or NOT_STATED],
        "machine_annotation_tools": ["auva (face detection and choice; no machine-made labels)"],
        "data_biases": [description.balance(facts)],
        "data_limitations": [
            "Action Units and affect are judged from outside: they do not tell what is felt.",
            f"Few are shown ({wording.people(facts.people)}): scores hold for people like them.",
        ],
        "data_social_impact": (
            "Models of faces can be used to watch people against their will, or to infer "
            "states that faces do not show. The dataset serves research on measuring expressions."
        ),
        "data_use_cases": [said.uses or NOT_STATED],
        "personal_sensitive_information": [
            f"The pictures show faces. Consent: {said.consent or NOT_STATED}"
        ],
        "data_release_maintenance_plan": said.maintenance or NOT_STATED,
    }


def _date(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            f"datasheet.published is '{text}', not a date such as 2026-01-31"
        ) from error


def _packed(path: str | Path) -> Any:  # noqa: ANN401 - a node of mlcroissant
    held = ", ".join(f"{part} {number:,}" for part, number in set_sizes(path).items())
    description = (
        f"Faces of each group ({held}) with au, va, intensity and their masks, video, identity and "
        "frame; the attributes say names, units and meanings."
    )
    return _file(path, "application/x-hdf5", description)


def _split(path: str | Path) -> Any:  # noqa: ANN401
    return _file(path, "text/csv", "The set and the fold of each video.")


def _file(path: str | Path, encoding: str, description: str) -> Any:  # noqa: ANN401
    import mlcroissant as mlc

    name = Path(path).name
    return mlc.FileObject(
        id=name,
        name=name,
        content_url=name,
        content_size=f"{Path(path).stat().st_size} B",
        encoding_formats=[encoding],
        sha256=sha256(path),
        description=description,
    )


def _videos(split_csv: str | Path) -> Any:  # noqa: ANN401
    import mlcroissant as mlc

    file = Path(split_csv).name
    return mlc.RecordSet(
        id="videos",
        name="videos",
        description="The person, the set and the fold of each video.",
        fields=[
            mlc.Field(
                id=f"videos/{name}",
                name=name,
                description=meaning,
                data_types=[getattr(mlc.DataType, kind)],
                source=mlc.Source(file_object=file, extract=mlc.Extract(column=name)),
            )
            for name, (kind, meaning) in _COLUMNS.items()
        ],
    )
