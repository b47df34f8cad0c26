"""Where the files of each video lie: the sample sheet, the results folder, the annotators."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from auva.errors import InputError, suggest
from auva.samples import Video, read_sample_sheet, split_pair, write_sample_sheet
from auva.web.settings import Settings

if TYPE_CHECKING:
    from auva.annotations import Context, Timeline

ANNOTATOR = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""What an annotator's name may look like; file names are made from it."""
FOLDERS = {"au": "annotations/au", "va": "annotations/va"}
"""Where annotations that the sheet does not name are made, beside the sheet."""


@dataclass(frozen=True)
class Paths:
    """The files that the workflow makes of one video."""

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
        Where the sample sheet, the results and the manual check are.
    chosen : list of str
        Ids of the videos to show; all if empty.
    annotator : str
        Who annotates; empty for the main annotation.
    run : str
        Whose proposals are shown: a run's folder, "auto" or "none".
    predictions : Path, optional
        A folder of predictions whose proposals are shown instead.

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
    ) -> None:
        self.settings, self.annotator = settings, annotator
        self.run, self.predictions = run, predictions
        self.sheet, self.results = settings.videos, settings.results
        if annotator and not ANNOTATOR.fullmatch(annotator):
            cause = "may have letters, digits, '_' and '-', at most 40"
            raise InputError(f"the annotator's name '{annotator}' cannot be used: it {cause}")
        videos = read_sample_sheet(self.sheet)
        for name in chosen or []:
            if name not in videos:
                raise InputError(f"no video '{name}'{suggest(name, videos)}", self.sheet)
        self.videos = {name: videos[name] for name in (chosen or videos)}

    def paths(self, video: str) -> Paths:
        """Return where the workflow puts what it makes of a video."""
        return Paths(
            mp4=self.results / "video" / f"{video}.mp4",
            manifest=self.results / "video" / f"{video}.frames.csv",
            detections=self.results / "faces" / f"{video}.detections.csv",
            track=self.results / "faces" / f"{video}.track.csv",
            crops=self.results / "faces" / f"{video}.crops.h5",
        )

    def annotation(self, video: str, kind: str) -> Path:
        """Return the file of kind "au" or "va" that is edited here; it need not exist."""
        known = self.annotators(video, kind)
        if self.annotator in known:
            return known[self.annotator]
        if not self.annotator and known:
            return next(iter(known.values()))
        folder = next((file.parent for file in known.values()), self.sheet.parent / FOLDERS[kind])
        name = f"{video}.{self.annotator}.txt" if self.annotator else f"{video}.txt"
        return folder / name

    def format(self, video: str, kind: str) -> str | None:
        """Return the format that the sheet names for a file that it names."""
        row = self.videos[video]
        named = row.au if kind == "au" else row.va
        form = row.au_format if kind == "au" else row.va_format
        return form if self.annotation(video, kind) in named else None

    def context(self, video: str, timeline: "Timeline", va: Path) -> "Context":
        """Return what the video and its row of the sheet tell of its annotations, `va` among them.

        A file that the row does not name has the scale of its format.
        """
        from auva.annotations import Context

        row = self.videos[video]
        scale = dict(zip(row.va, row.va_scales, strict=False)).get(va)
        return Context(timeline, row.path.name, row.subject or "", scale)

    def annotators(self, video: str, kind: str) -> dict[str, Path]:
        """Return the annotation of each annotator: from the sheet, and by the file names.

        A file `<video>.<name>.txt` is that of annotator `name`; the first other file of the row is
        the main annotation, with the empty name; further ones are numbered.
        """
        row = self.videos[video]
        found: dict[str, Path] = {}
        for number, path in enumerate(row.au if kind == "au" else row.va, start=1):
            name = _signature(video, path)
            if name in found:
                name = str(number)
            found[name] = path
        folders = {split_pair(path)[0].parent for path in found.values()}
        for folder in sorted(folders or {self.sheet.parent / FOLDERS[kind]}):
            for path in sorted(folder.glob(f"{video}.*.txt")) if folder.is_dir() else []:
                name = _signature(video, path)
                if name and ANNOTATOR.fullmatch(name):
                    found.setdefault(name, path)
        return found

    def enter(self, video: str, kind: str) -> bool:
        """Put a main annotation that was made here into the sheet's row; say if it was new."""
        row = self.videos[video]
        path = self.annotation(video, kind)
        if self.annotator or (row.au if kind == "au" else row.va):
            return False
        current = read_sample_sheet(self.sheet)
        if video not in current or getattr(current[video], kind):
            return False
        weights = {f"{kind}_weights": (1.0,)}
        current[video] = replace(current[video], **{kind: (path,)}, **weights)
        write_sample_sheet(self.sheet, current.values())
        self.videos[video] = current[video]
        return True

    def problem(self, video: str) -> str:
        """Return why a video cannot be shown yet, empty if it can."""
        paths = self.paths(video)
        for path in (paths.mp4, paths.manifest):
            if not path.exists():
                return f"{path} is not made yet; make it with: snakemake --cores 2 {path}"
        return ""


def identities(videos: dict[str, Video]) -> list[dict[str, str]]:
    """Return id and identity of each video, for the page's list."""
    return [{"id": row.id, "identity": row.identity} for row in videos.values()]


def _signature(video: str, path: Path) -> str:
    """Return the annotator's name in `<video>.<name>.txt`, empty if there is none."""
    stem = split_pair(path)[0].stem
    return stem[len(video) + 1 :] if stem.startswith(f"{video}.") else ""
