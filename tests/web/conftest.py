"""A small corpus, a running server and a real browser for the tests of the browser tools."""

import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from web_support import PATIENCE
from workflow_support import Workflow, make_workflow

WIDTH, HEIGHT, FPS, SOURCE_FRAMES = 192, 108, 25, 75
CFG = {"fps": 30, "crf": 18, "preset": "veryfast"}
FRAMES = 90
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def picture(frame: int) -> np.ndarray:
    """Return source frame `frame` (0-based): its number in 8 grey blocks along the top."""
    image = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    for bit in range(8):
        image[:40, bit * 24 : bit * 24 + 24] = 235 if frame >> bit & 1 else 20
    image[50:, frame * 2 : frame * 2 + 20] = (200, 120, 60)
    return image


def number(image: np.ndarray) -> int:
    """Return the frame number that a picture shows (uint8 [h, w, 3] of any size)."""
    row = image[image.shape[0] // 6, :, 0]
    places = (np.arange(8) * 2 + 1) * image.shape[1] // 16
    return int(sum(int(row[place] > 128) << bit for bit, place in enumerate(places)))


def encode(path: Path, count: int = SOURCE_FRAMES) -> None:
    """Write a 25 fps source video of numbered pictures."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"crf": "10", "preset": "ultrafast"}
        for frame in range(count):
            picture_frame = av.VideoFrame.from_ndarray(picture(frame), "rgb24")
            container.mux(stream.encode(picture_frame))
        container.mux(stream.encode())


def detections() -> str:
    """Return found faces: one in each frame but 70 to 72, a second one in 30 to 39.

    Frame 50 has a low score, frame 60 a much larger box.
    """
    rows = ["frame,score,left,top,right,bottom,search"]
    for frame in range(1, FRAMES + 1):
        score = 1.2 if frame == 50 else 2.5
        size = 60 if frame == 60 else 40
        left, top = 60 + frame // 4, 30
        if not 70 <= frame <= 72:
            rows.append(f"{frame},{score},{left},{top},{left + size},{top + size},dense")
        if 30 <= frame <= 39:
            rows.append(f"{frame},1.9,140,10,176,46,dense")
    return "\n".join(rows) + "\n\n"


def au_text(frames: int = FRAMES) -> str:
    """Return a thesis AU file: AU6 on frames 20 to 39, nothing else."""
    rows = []
    for frame in range(1, frames + 1):
        cells = [0] * 16
        if 20 <= frame <= 39:
            cells[6] = cells[7] = 1
        rows.append(" ".join(map(str, [frame, *cells])))
    return "\n".join(rows) + "\n"


@pytest.fixture(scope="session")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source videos and what the workflow makes of them."""
    from auva.faces.selection import select_faces
    from auva.video.conversion import convert

    folder = tmp_path_factory.mktemp("converted")
    made = folder / "results" / "video"
    made.mkdir(parents=True)
    (folder / "videos").mkdir()
    encode(folder / "videos" / "one.mp4")
    convert(folder / "videos" / "one.mp4", made / "one.mp4", made / "one.frames.csv", CFG)
    for name in ("two", "fresh"):
        for suffix in (".mp4", ".frames.csv", ".source.csv"):
            shutil.copy(made / f"one{suffix}", made / f"{name}{suffix}")
    faces = folder / "results" / "faces"
    faces.mkdir()
    for name in ("one", "two"):
        found, track = faces / f"{name}.detections.csv", faces / f"{name}.track.csv"
        found.write_text(detections())
        select_faces(found, made / "one.frames.csv", track, {})
    (made / "broken.mp4").write_bytes(b"no video at all" * 100)
    shutil.copy(made / "one.frames.csv", made / "broken.frames.csv")
    shutil.copy(made / "one.source.csv", made / "broken.source.csv")
    return folder


@dataclass
class Corpus:
    """A sample sheet with four videos: one, two, fresh (not annotated), broken."""

    folder: Path
    sheet: Path = field(init=False)
    results: Path = field(init=False)
    overrides: Path = field(init=False)

    def __post_init__(self) -> None:
        self.sheet = self.folder / "videos.tsv"
        self.results = self.folder / "results"
        self.overrides = self.folder / "face_overrides.tsv"

    def au(self, video: str) -> Path:
        return self.folder / "annotations" / "au" / f"{video}.txt"

    def keep(self, *videos: str) -> None:
        """Leave only some rows in the sheet."""
        header, *rows = self.sheet.read_text().splitlines()
        kept = [row for row in rows if row.split("\t")[0] in videos]
        self.sheet.write_text("\n".join([header, *kept]) + "\n")

    def va(self, video: str) -> Path:
        return self.folder / "annotations" / "va" / f"{video}.txt"


@pytest.fixture
def corpus(tmp_path: Path, converted: Path) -> Corpus:
    """A corpus of its own for one test."""
    return copy_corpus(converted, tmp_path / "corpus")


def copy_corpus(converted: Path, folder: Path) -> Corpus:
    """Copy the videos to a new folder and annotate them there."""
    shutil.copytree(converted, folder)
    made = Corpus(folder)
    rows = ["video\tpath\tidentity\tsex\tau\tva"]
    for name in ("one", "two", "fresh", "broken"):
        va = "" if name == "fresh" else f"annotations/va/{name}.txt"
        rows.append(
            f"{name}\tvideos/one.mp4\tperson-{name}\tfemale\tannotations/au/{name}.txt\t{va}"
        )
        if name == "fresh":
            continue
        for path in (made.au(name), made.va(name)):
            path.parent.mkdir(parents=True, exist_ok=True)
        made.au(name).write_text(au_text())
        values = [f"{row / 100:.3f},{-row / 100:.3f}" for row in range(SOURCE_FRAMES)]
        made.va(name).write_text("valence,arousal\n" + "\n".join(values) + "\n")
    made.sheet.write_text("\n".join(rows) + "\n")
    return made


@dataclass
class Server:
    """A running `auva annotate` or `auva review`."""

    process: subprocess.Popen
    address: str
    log: Path

    @property
    def port(self) -> int:
        return int(re.search(r":(\d+)/", self.address)[1])

    @property
    def token(self) -> str:
        return self.address.rpartition("=")[2]

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)


class Servers:
    """Starts servers and ends those that it started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[Server] = []

    def __call__(
        self,
        corpus: Corpus,
        *arguments: str,
        command: str = "annotate",
        browser: str = "",
        **more,
    ) -> Server:
        """Start a server; `browser` is a command line that it opens its page with."""
        line = [command, *([] if browser else ["--no-browser"])]
        line += ["--sheet", str(corpus.sheet), "--results", str(corpus.results)]
        line += ["--overrides", str(corpus.overrides), *arguments]
        env = {**os.environ, "BROWSER": browser}
        return self._start(line, **{"cwd": corpus.folder, "env": env, **more})

    def in_folder(self, folder: Path) -> Server:
        """Start `auva annotate` for a folder of videos."""
        return self._start(["annotate", "--no-browser", str(folder)])

    def _start(self, arguments: list[str], **more) -> Server:
        log = self.folder / f"server-{len(self.started)}.log"
        line = [sys.executable, "-m", "auva.cli", *arguments]
        with log.open("wb") as errors:
            process = subprocess.Popen(
                line, stdout=subprocess.PIPE, stderr=errors, text=True, **more
            )
        address = process.stdout.readline().split()
        server = Server(process, address[-1] if address else "", log)
        self.started.append(server)
        assert address, log.read_text()
        return server

    def end(self) -> None:
        for server in self.started:
            if server.process.poll() is None:
                server.process.terminate()
                try:
                    server.process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    server.kill()
            server.process.stdout.close()


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    """Start servers that end with the test."""
    made = Servers(tmp_path)
    yield made
    made.end()


class LocalServers:
    """Starts servers in threads of the tests: quicker, for tests that kill nothing."""

    def __init__(self) -> None:
        self.started: list[tuple] = []

    def __call__(
        self, corpus: Corpus, start: str = "/", code_book: Path | None = None, **more
    ) -> str:
        """Return the address of a new server of `auva.web.project.Project(settings, **more)`."""
        from auva.web.project import Project
        from auva.web.server import prepare
        from auva.web.settings import Settings

        settings = Settings(corpus.sheet, corpus.results, corpus.overrides, code_book=code_book)
        server, bound, address = prepare(Project(settings, **more), 0, start)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        self.started.append((server, bound, thread))
        return address

    def end(self) -> None:
        for server, bound, thread in self.started:
            server.should_exit = True
            server.force_exit = True
            thread.join(PATIENCE)
            bound.close()


@pytest.fixture
def serve() -> Iterator[LocalServers]:
    """Start servers in this process that end with the test."""
    made = LocalServers()
    yield made
    made.end()


@pytest.fixture(scope="module")
def labelled(
    converted: Path, root: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Corpus, Workflow]:
    """A corpus of two videos, and a workflow that has run up to their labels."""
    folder = tmp_path_factory.mktemp("labelled")
    made = copy_corpus(converted, folder / "corpus")
    made.keep("one", "two")
    workflow = make_workflow(folder / "auva", root)
    workflow.configure(videos=str(made.sheet))
    workflow.run("--", "results/labels/one.csv", "results/labels/two.csv")
    made.results = workflow.folder / "results"
    made.overrides = workflow.folder / "config" / "face_overrides.tsv"
    return made, workflow


@pytest.fixture(autouse=True)
def _state_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch) -> None:
    """Servers keep their keys in a folder of the tests, not in the user's."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.getbasetemp() / "state"))


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    """A headless Chromium of the system."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE * 1000)
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.fail("the tests of the browser tools need the program chromium (apt install it)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium) -> Iterator:
    """A page of 1280x720; an error in its scripts fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(PATIENCE * 1000)
    made = context.new_page()
    errors: list[str] = []
    made.on("pageerror", lambda error: errors.append(str(error)))
    yield made
    context.close()
    assert not errors


@pytest.fixture(scope="session")
def numbered():
    """The function that reads the frame number out of a picture."""
    return number


@pytest.fixture
def unprivileged() -> dict:
    """Arguments that start a server for which permissions count, even if the tests run as root."""

    def obey() -> None:
        drop_from_bounding_set, override = 24, 1  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE
        ctypes.CDLL(None).prctl(drop_from_bounding_set, override, 0, 0, 0)

    return {"preexec_fn": obey} if os.geteuid() == 0 else {}
