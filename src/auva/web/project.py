"""Paths of each video's files, from the sample sheet, the results folder and the annotators."""

import re
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auva.errors import InputError, suggest
from auva.sheet import Video, read_sample_sheet, split_pair, write_sample_sheet
from auva.web.code_book import CodeBook, read_code_book
from auva.web.settings import Settings

if TYPE_CHECKING:
    from auva.annotations import Context, Timeline

ANNOTATOR = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""Pattern of an annotator's name, which becomes part of file names."""
FOLDERS = {"au": "annotations/au", "va": "annotations/va"}
"""Folder, beside the sheet, of new annotations that the sheet does not name."""
MAIN = "main"
"""Name of the main annotation in comparisons."""
CONSENSUS = "consensus"
"""Name of the adjudicated annotation."""
RESERVED = (MAIN, CONSENSUS, *FOLDERS)
"""Names that annotators cannot have, in upper or lower case, because comparisons use them."""
SUFFIXES = {"au": ".eaf", "va": ".txt"}
"""Suffixes of new files: ELAN's for Action Units, a text table for valence and arousal."""
ANNOTATION_SUFFIXES = (".csv", ".eaf", ".tsv", ".txt")
"""Suffixes of files that may be annotations; journals have a different one."""


@dataclass(frozen=True)
class Paths:
    """The files that the workflow computes for one video."""

    mp4: Path
    manifest: Path
    detections: Path
    track: Path
    crops: Path


class Project:
    """A sample sheet with the results folder beside it.

    Parameters
    ----------
    settings : Settings
        Paths of the sample sheet, the results and the manual check.
    chosen : list of str
        Ids of the videos to show; all if empty.
    annotator : str
        The annotator's name; empty for the main annotation.
    run : str
        The run whose proposals are shown: its folder, "auto" or "none".
    predictions : Path, optional
        A folder of predictions whose proposals are shown instead.
    unlisted : sequence of str
        Videos that cannot be in the sheet, with the cause; the start page shows them.

    Raises
    ------
    InputError
        If the sheet is wrong, a video is not in it, or the annotator's name cannot be used.
    """

    def __init__(
        self,
        settings: Settings,
        chosen: list[str] | None = None,
        annotator: str = "",
        run: str = "auto",
        predictions: Path | None = None,
        unlisted: Sequence[str] = (),
    ) -> None:
        self.settings, self.annotator = settings, annotator
        self.unlisted = list(unlisted)
        self.run, self.predictions = run, predictions
        self.sheet, self.results = settings.videos, settings.results
        self.au_names = settings.au_names
        refused = unusable(annotator) if annotator else ""
        if refused:
            raise InputError(f"the annotator's name '{annotator}' cannot be used: {refused}")
        videos = read_sample_sheet(self.sheet)
        for name in chosen or []:
            if name not in videos:
                raise InputError(f"no video '{name}'{suggest(name, videos)}", self.sheet)
        self.videos = {name: videos[name] for name in (chosen or videos)}

    def paths(self, video: str) -> Paths:
        """Return the paths of the workflow's files of a video."""
        return Paths(
            mp4=self.results / "video" / f"{video}.mp4",
            manifest=self.results / "video" / f"{video}.frames.csv",
            detections=self.results / "faces" / f"{video}.detections.csv",
            track=self.results / "faces" / f"{video}.track.csv",
            crops=self.results / "faces" / f"{video}.crops.h5",
        )

    def code_book(self) -> CodeBook:
        """Read the code book; return an empty one if none is named."""
        path = self.settings.code_book
        return CodeBook() if path is None else read_code_book(path, self.au_names)

    def annotation(self, video: str, kind: str) -> Path:
        """Return the path of the edited file of kind "au" or "va"; the file may not exist yet."""
        known = self.annotators(video, kind)
        decided = self._consensus(video, kind)
        if self.annotator == CONSENSUS and decided:
            return decided
        if self.annotator in known:
            return known[self.annotator]
        named = _named(self.videos[video], kind)
        if not self.annotator and len(named) == 1:
            return named[0]
        folders = {each: self._folders(video, each)[0] for each in FOLDERS}
        shared = len(set(folders.values())) < len(folders)
        name = [video, *([self.annotator] if self.annotator else []), *([kind] if shared else [])]
        return folders[kind] / (".".join(name) + SUFFIXES[kind])

    def _folders(self, video: str, kind: str) -> list[Path]:
        """Return the folders of a video's annotations, including the one for new files."""
        row = self.videos[video]
        named = {split_pair(path)[0].parent for path in (row.au if kind == "au" else row.va)}
        return sorted(named) or [self.sheet.parent / FOLDERS[kind]]

    def format(self, video: str, kind: str) -> str | None:
        """Return the format that the sheet gives for a file that it names."""
        row = self.videos[video]
        named = row.au if kind == "au" else row.va
        form = row.au_format if kind == "au" else row.va_format
        return form if self.annotation(video, kind) in named else None

    def context(self, video: str, kind: str, path: Path, timeline: "Timeline") -> "Context":
        """Return the context of an annotation of a kind, from the video and its row of the sheet.

        A file that the row does not name has the scale and the layout of its format.
        """
        from auva.annotations import Context
        from auva.annotations.layout import read_layout

        row = self.videos[video]
        scale = dict(zip(row.va, row.va_scales, strict=False)).get(path)
        named, cells = (row.au, row.au_layouts) if kind == "au" else (row.va, row.va_layouts)
        layouts = dict(zip(named, cells, strict=False))
        layout = read_layout(split_pair(path)[0], layouts.get(path, ""))
        return Context(
            timeline, row.path.name, row.subject or "", scale, layout, self.settings.units
        )

    def annotators(self, video: str, kind: str) -> dict[str, Path]:
        """Return the annotation of each annotator: from the sheet, and by the file names.

        A file `<video>.<name>.<suffix>` belongs to annotator `name`; if one folder holds both
        kinds, `<video>.<name>.au.<suffix>` gives the kind. The first other file of the row is the
        main annotation, with the empty name; further ones are numbered.
        """
        return self._gather(video, kind)[0]

    def unused_files(self, video: str, kind: str) -> list[str]:
        """Return the files that look like annotations but cannot be used, with the cause."""
        return self._gather(video, kind)[1]

    def _gather(self, video: str, kind: str) -> tuple[dict[str, Path], list[str]]:
        row = self.videos[video]
        found: dict[str, Path] = {}
        for number, path in enumerate(row.au if kind == "au" else row.va, start=1):
            name, _ = _signature(video, path)
            if name in found or (name and unusable(name)):
                name = "" if "" not in found else str(number)
            found[name] = path
        of_others = row.va_files if kind == "au" else row.au_files
        others = {*found.values(), *of_others, self._consensus(video, kind)}
        unused = []
        for folder in self._folders(video, kind):
            for path in sorted(folder.glob(f"{video}.*.*")) if folder.is_dir() else []:
                name, of = _signature(video, path)
                if path in others or path.suffix not in ANNOTATION_SUFFIXES:
                    continue
                if not name or "." in name or of not in (kind, ""):
                    continue
                if name in found:
                    unused.append(f"{path}: a second file of annotator '{name}', not used")
                elif name.lower() != CONSENSUS and unusable(name):
                    cause = f"'{name}' cannot be an annotator's name: {unusable(name)}"
                    unused.append(f"{path}: {cause}")
                elif name.lower() != CONSENSUS:
                    found[name] = path
        return found, unused

    def adjudicating(self) -> "Project":
        """Return this project for adjudication: its annotation is the consensus."""
        other = copy(self)
        other.annotator, other.run, other.predictions = CONSENSUS, "none", None
        return other

    def _consensus(self, video: str, kind: str) -> Path | None:
        row = self.videos[video]
        return row.au_consensus if kind == "au" else row.va_consensus

    def enter(self, video: str, kind: str) -> bool:
        """Add a file that was created here to the sheet's row: a main annotation or the consensus.

        With a consensus, the annotators' files are added too, because agreement is measured on
        them.

        Returns whether the row has changed.

        Raises
        ------
        InputError
            If the row gives a format, layout or scale that a new file may not have, or if the
            sheet cannot be written.
        """
        adjudicated = self.annotator == CONSENSUS
        path = self.annotation(video, kind)
        if self.annotator and not adjudicated:
            return False
        if path in (*_named(self.videos[video], kind), self._consensus(video, kind)):
            return False
        row = read_sample_sheet(self.sheet).get(video)
        if row is None or path in _named(row, kind):
            return False
        new = list(self.annotators(video, kind).values()) if adjudicated else [path]
        new = [each for each in new if each not in _named(row, kind)]
        try:
            changes = _with_files(row, kind, new)
        except InputError:
            if not adjudicated:
                raise
            changes = {}
        if adjudicated:
            changes[f"{kind}_consensus"] = path
        self.change_row(video, changes)
        return True

    def change_row(self, video: str, changes: Mapping[str, Any]) -> None:
        """Change values in a video's row of the sheet, which is read from disk again first.

        Raises
        ------
        InputError
            If the values are invalid, the sheet cannot be written, or the row no longer exists.
        """
        current = read_sample_sheet(self.sheet)
        if video not in current:
            raise InputError(f"no longer has the video '{video}'", self.sheet)
        current[video] = replace(current[video], **changes)
        write_sample_sheet(self.sheet, current.values())
        self.videos[video] = current[video]

    def problem(self, video: str) -> str:
        """Return why a video cannot be shown yet, empty if it can be."""
        paths = self.paths(video)
        for path in (paths.mp4, paths.manifest):
            if not path.exists():
                return f"{path} does not exist yet; make it with: snakemake --cores 2 {path}"
        return ""


def _named(row: Video, kind: str) -> tuple[Path, ...]:
    return row.au if kind == "au" else row.va


def _with_files(row: Video, kind: str, new: Sequence[Path]) -> dict[str, Any]:
    """Return the values of a row that also names these files of a kind, each with weight 1.

    Raises
    ------
    InputError
        If the row gives the format, layout or scale of its files: the new ones may have others.
    """
    named = _named(row, kind)
    told = [
        name for name in ("format", "layouts", "scales") if getattr(row, f"{kind}_{name}", None)
    ]
    if named and new and told:
        cause = f"its row gives the {told[0]} of its files; add {new[0].name} to that row yourself"
        raise InputError(f"video '{row.id}': {cause}")
    weights = getattr(row, f"{kind}_weights")
    return {kind: (*named, *new), f"{kind}_weights": (*weights, *(1.0,) * len(new))}


def unusable(annotator: str) -> str:
    """Return why a name cannot be an annotator's name, empty if it can."""
    if not ANNOTATOR.fullmatch(annotator):
        return "use letters, digits, '_' and '-', at most 40 characters"
    if annotator.lower() in RESERVED:
        return f"'{annotator}' has another meaning in the comparison of annotations"
    if annotator.isdecimal():
        return "numbers denote annotations without a name"
    return ""


def identities(videos: dict[str, Video]) -> list[dict[str, str]]:
    """Return id and identity of each video, for the page's list."""
    return [{"id": row.id, "identity": row.identity} for row in videos.values()]


def _signature(video: str, path: Path) -> tuple[str, str]:
    """Return the annotator's name and the kind in `<video>.<name>.<kind>.<suffix>`, or ""."""
    stem = split_pair(path)[0].stem
    if not stem.startswith(f"{video}."):
        return "", ""
    words = stem[len(video) + 1 :].split(".")
    kind = words.pop() if words[-1] in FOLDERS else ""
    return ".".join(words), kind
