"""Inputs of the planning: the sample sheet's videos and the files that exist."""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import Any

from auva.dpm.settings import MODEL_FILE
from auva.errors import InputError, suggest
from auva.models.gan.datasets import DIGITS, SUFFIXES
from auva.pairs import text_files
from auva.sheet import (
    Recording,
    Video,
    join_pair,
    read_sample_sheet,
    recordings,
    split_pair,
)
from auva.sheet.layouts import is_layout, layout_files
from auva.workflow.paths import normalised
from auva.workflow.store import Disk

_LOG = logging.getLogger("auva")

DEMO_FOLDER = "resources/demo"
DIGITS_FOLDER = "resources/digits"

_OF_A_VIDEO = r"(?:video|faces|labels|predictions|figures/trajectories)/([\w-]+)\.[^/]+"
"""Pattern of the paths of one video's files in the results folder."""


class Corpus:
    """The videos of one sample sheet and their manual corrections, by id.

    Everything is in the order of the ids, so that the order of the sheet's rows has no effect.

    Parameters
    ----------
    sheet : str
        Path of the sample sheet, normalised; paths inside it are relative to its folder.
    overrides : str or None
        Path of the manual check (`config/face_overrides.tsv`); None for none. A missing file
        (`auva review` creates it) means none too, with a message in the log.
    disk : Disk
        The disk or store of the videos and annotations.

    Raises
    ------
    InputError
        If a file cannot be read, a row is invalid or a correction names no video of the sheet.
    """

    def __init__(self, sheet: str, overrides: str | None, disk: Disk | None = None) -> None:
        self.sheet = sheet
        self._disk = disk or Disk()
        self.videos: Mapping[str, Video] = read_sample_sheet(sheet)
        self.ids = sorted(self.videos)
        self._overrides = self._corrections(overrides) if overrides else {}

    def _corrections(self, path: str) -> dict[str, list[dict[str, Any]]]:
        from auva.faces.overrides import read_overrides

        if not Path(path).exists():
            _LOG.warning("auva: selection.overrides: no file %s, so nothing is corrected", path)
            return {}
        corrections = read_overrides(path)
        for video in corrections:
            if video not in self.videos:
                hint = suggest(video, self.ids) or "; name this corpus' own file, or null"
                raise InputError(f"no video '{video}' in {self.sheet}{hint}", path)
        return corrections

    def source(self, video: str) -> str:
        """Return the path of the original video, normalised."""
        return normalised(self._row(video).path)

    def stream(self, video: str) -> int | None:
        """Return the number of the video stream that the sheet names."""
        return self._row(video).stream

    def rate(self, video: str) -> str | None:
        """Return the frame rate that the sheet gives, as text."""
        fps = self._row(video).fps
        return None if fps is None else str(fps)

    def _row(self, video: str) -> Video:
        try:
            return self.videos[video]
        except KeyError:
            hint = suggest(video, self.ids)
            raise InputError(f"no video '{video}' in {self.sheet}{hint}") from None

    def annotations(self, video: str, kind: str) -> list[str]:
        """Return the paths of a video's annotation files; `kind` is "au" or "va"."""
        return [
            str(join_pair(normalised(part) for part in split_pair(path)))
            for path in getattr(self._row(video), kind)
        ]

    def annotation_row(self, video: str) -> dict[str, Any]:
        """Return the fields of a row that the alignment needs, as builtins."""
        row = self._row(video)
        return {
            "au": self.annotations(video, "au"),
            "va": self.annotations(video, "va"),
            "au_format": row.au_format,
            "va_format": row.va_format,
            "au_weights": list(row.au_weights),
            "va_weights": list(row.va_weights),
            "medium": row.path.name,
            "subject": row.subject or "",
            "va_scales": [str(scale or "") for scale in row.va_scales],
            "au_layouts": self._layouts(row, "au"),
            "va_layouts": self._layouts(row, "va"),
            "au_consensus": self._consensus(row, "au"),
            "va_consensus": self._consensus(row, "va"),
        }

    def consensus(self, video: str) -> list[str]:
        """Return the files with a video's adjudicated labels."""
        row = self._row(video)
        return [path for kind in ("au", "va") if (path := self._consensus(row, kind))]

    def _consensus(self, row: Video, kind: str) -> str:
        path = getattr(row, f"{kind}_consensus")
        return "" if path is None else normalised(path)

    def layouts(self, video: str) -> list[str]:
        """Return the layout files of a video's annotations, normalised."""
        row = self._row(video)
        found = [
            normalised(path)
            for kind in ("au", "va")
            for annotation, cell in zip_longest(getattr(row, kind), self._layouts(row, kind))
            for path in layout_files(annotation, cell or "", self._is_file)
        ]
        return list(dict.fromkeys(found))

    def _is_file(self, path: Path) -> bool:
        return self._disk.size(normalised(path)) is not None

    def _layouts(self, row: Video, kind: str) -> list[str]:
        cells: tuple[str, ...] = getattr(row, f"{kind}_layouts")
        return [cell if not cell or is_layout(cell) else normalised(cell) for cell in cells]

    def multiply_annotated(self) -> list[str]:
        """Return the videos with several annotators of either kind."""
        return [row.id for row in self._rows() if max(len(row.au), len(row.va)) > 1]

    def minutes(self, video: str, least: int, per_megabyte: float) -> int:
        """Return the run time to request from a cluster; it grows with the size of the video.

        Parameters
        ----------
        video : str
            Its id.
        least : int
            Minutes for any video.
        per_megabyte : float
            Minutes for each megabyte of the original video.
        """
        return least + round((self._disk.size(self.source(video)) or 0) / 1e6 * per_megabyte)

    def overrides(self, video: str) -> list[dict[str, Any]]:
        """Return the manual corrections of one video."""
        return self._overrides.get(video, [])

    def people(self, *more: str) -> list[dict[str, Any]]:
        """Return the fields of each `Recording` that a stage reads, as builtins.

        Parameters
        ----------
        more : str
            Fields beside id, identity, sex, group and annotated.
        """
        names = ("id", "identity", "sex", "group", "annotated", *more)
        return [{name: getattr(each, name) for name in names} for each in self._recordings]

    @cached_property
    def _recordings(self) -> list[Recording]:
        return recordings(self._rows())

    def missing(self) -> list[str]:
        """Return one line for each file that the sheet names and that does not exist."""
        return [
            f"{self.sheet}, line {row.line}: no file {path}"
            for row in sorted(self.videos.values(), key=lambda row: row.line)
            for path in map(
                normalised,
                (
                    *(row.path, *row.au_files, *row.va_files),
                    *(*self.layouts(row.id), *self.consensus(row.id)),
                ),
            )
            if not _is_there(path, self._disk)
        ]

    def check_targets(self, targets: Iterable[str], results: str) -> None:
        """Raise an `InputError` for a target of a video that is not in the sheet."""
        for target in sorted(targets):
            asked = re.fullmatch(f"{re.escape(results)}/{_OF_A_VIDEO}", target)
            if asked:
                self._row(asked[1])

    def _rows(self) -> Iterator[Video]:
        return (self.videos[video] for video in self.ids)


def sources(paths: Iterable[str | Path], disk: Disk, otherwise: str) -> list[str]:
    """Return the files of annotations or a video as a rule's input.

    If one is missing, `otherwise` replaces it: the output of a rule that always fails. The jobs
    that need the file then do not start, so their earlier outputs are kept (a job that starts
    deletes its outputs). With `--keep-going`, other videos continue.
    """
    files = [str(part) for path in paths for part in split_pair(path)]
    return [each for path in files for each in (_contents(path, disk) or [otherwise])]


def _contents(path: str, disk: Disk) -> list[str]:
    """Return an existing file, or the files in a folder, which may be one annotation."""
    if not _is_there(path, disk):
        return []
    files = None if path.startswith(f"{DEMO_FOLDER}/") else disk.files_in(path)
    return [path] if files is None else [str(file) for file in text_files(files)]


def _is_there(path: str, disk: Disk) -> bool:
    """Return whether a file exists or a rule of the demo makes it."""
    return path.startswith(f"{DEMO_FOLDER}/") or disk.exists(path)


def detector_model(cfg: Mapping[str, Any]) -> str | list[str]:
    """Return the model file that the configured detector needs, or an empty list."""
    if cfg["name"] != "dpm":
        return []
    return cfg["model"] or MODEL_FILE


def detector_calibration(cfg: Mapping[str, Any]) -> str | list[str]:
    """Return the calibration that the configured detector reads, or an empty list."""
    used = cfg["name"] == "dpm" and cfg["mode"] != "dense"
    return (used and cfg["calibration"]) or []


def digits_inputs(cfg: Mapping[str, Any], name: str, disk: Disk) -> list[str]:
    """Return the original files as inputs: the fetched ones, or those of a local copy.

    The job that reads a local copy reports missing files.
    """
    files = DIGITS[name].names
    if cfg[name] is None:
        return [f"{DIGITS_FOLDER}/{name}/{file}" for file in files]
    folder = normalised(cfg[name])
    asked = [f"{folder}/{file}{suffix}" for file in files for suffix in SUFFIXES]
    return [path for path in asked if disk.exists(path)]


def without(cfg: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """Return settings without the keys that a rule gets in another way."""
    return {key: value for key, value in cfg.items() if key not in keys}


def demo_containers() -> dict[str, list[str]]:
    """Return the demo's video ids by container."""
    from auva.demo.catalogue import catalogue

    containers: dict[str, list[str]] = {}
    for video in catalogue():
        containers.setdefault(video.container, []).append(video.id)
    return containers
