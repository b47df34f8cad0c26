"""How long a frame takes from the key press to the screen, and whether it is the right one.

    python benchmarks/seek.py [--case small large half-hour two-hours]

Each case is a video whose frames carry their number in the picture: `small` 640x360 with 30 fps,
`large` 1920x1080 with 50 fps, `half-hour` 54,000 frames of 640x360, `two-hours` 216,000 frames of
1920x1080. A long video is a converted one of a minute or less, joined with copies of itself. It is
opened with `auva annotate` in a headless Chromium, and frames are sought at random by keyboard (G,
the number, Enter). Measured in the browser: from the request of the page to the first picture on
the screen, and from the time stamp of the Enter key press to the frame after which the picture has
been handed to the screen; once without a span and once with `--spans` of them, all in view. The
peer, for `small`, is the browser's own <video> element with the same file in its memory, sought by
the frame's time and by the middle of the frame. Exit status 1 if a median exceeds the limit of its
case, the page opens later than `--opening` seconds, or any frame is wrong.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

BITS = 16
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
CHROMIUM += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


@dataclass(frozen=True)
class Case:
    """A video: its picture, its frames, of which `piece` are encoded, and the limit in ms.

    The noise of `grain` grey values decides the size of its file.
    """

    width: int
    height: int
    fps: int
    frames: int
    piece: int
    limit: float
    grain: int = 20

    def number(self, frame: int) -> int:
        """Return the number in the picture of a 1-based frame."""
        return (frame - 1) % self.piece + 1


CASES = {
    "small": Case(640, 360, 30, 3000, 3000, 100.0),
    "large": Case(1920, 1080, 50, 1500, 1500, 150.0),
    "half-hour": Case(640, 360, 30, 54_000, 1800, 100.0),
    "two-hours": Case(1920, 1080, 30, 216_000, 900, 150.0, 4),
}

READ_NUMBER = """(picture) => {
  const [width, height, bits] = [640, 360, 16];
  const made = new OffscreenCanvas(width, height);
  const context = made.getContext("2d");
  const [w, h] = [picture.videoWidth ?? picture.width, picture.videoHeight ?? picture.height];
  const scale = Math.min(w / width, h / height);
  context.drawImage(picture, (w - width * scale) / 2, (h - height * scale) / 2,
    width * scale, height * scale, 0, 0, width, height);
  let number = 0;
  for (let bit = 0; bit < bits; bit += 1) {
    const [red] = context.getImageData((bit + 0.5) * (width / bits), 20, 1, 1).data;
    if (red > 128) number += 2 ** bit;
  }
  return number;
}"""
"""Script: the number that a 16:9 picture carries, however it is scaled."""

OPENED = """() => new Promise((done) => {
  const look = () => {
    const [first] = performance.getEntriesByName("auva-seek");
    if (first) done(first.startTime + first.duration);
    else setTimeout(look, 5);
  };
  look();
})"""
"""Script: milliseconds from the request of the page to the first picture on the screen."""

PEER = """async ([url, frames, part]) => {
  const bytes = await (await fetch(url)).blob();
  const video = document.createElement("video");
  video.muted = true;
  video.src = URL.createObjectURL(bytes);
  document.body.append(video);
  await new Promise((done) => video.addEventListener("loadeddata", done, { once: true }));
  const read = READ_NUMBER;
  const times = [];
  let wrong = 0;
  for (const frame of frames) {
    const begin = performance.now();
    const shown = new Promise((done) => video.requestVideoFrameCallback(done));
    video.currentTime = (frame - 1 + part) / 30;
    await shown;
    times.push(performance.now() - begin);
    if (read(video) !== frame) wrong += 1;
  }
  return { times, wrong };
}""".replace("READ_NUMBER", READ_NUMBER)
"""Script: seek the browser's own video element."""


def write_video(path: Path, case: Case) -> None:
    """Write a piece of a video: moving texture, and each frame's number (from 1) at the top."""
    import av

    width, height, cell = case.width, case.height, case.height // 30
    rng = np.random.default_rng(20170407)
    coarse = rng.integers(30, 220, (60, 100, 3)).astype(np.uint8)
    texture = np.kron(coarse, np.ones((cell, cell, 1), np.uint8))
    texture = (texture + rng.integers(0, case.grain, texture.shape)).astype(np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=case.fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": "18", "preset": "ultrafast"}
        for frame in range(1, case.piece + 1):
            down, right = frame % 300, (3 * frame) % 500
            image = np.ascontiguousarray(texture[down : down + height, right : right + width])
            for bit in range(BITS):
                block = slice(bit * width // BITS, (bit + 1) * width // BITS)
                image[: height // 9, block] = 240 if frame >> bit & 1 else 15
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode())


def corpus(folder: Path, case: Case) -> Path:
    """Make a sample sheet with one converted video; return the sheet."""
    from auva.video.conversion import convert

    write_video(folder / "source.mp4", case)
    made = folder / "results" / "video"
    made.mkdir(parents=True)
    cfg = {"fps": case.fps, "crf": 18, "preset": "veryfast"}
    convert(folder / "source.mp4", made / "long.mp4", made / "long.frames.csv", cfg)
    if case.frames > case.piece:
        lengthen(made / "long.mp4", made / "long.frames.csv", case)
    keep_faces(folder / "results", case)
    sheet = folder / "videos.tsv"
    row = "long\tsource.mp4\tnobody\tunknown\tau.txt\t"
    sheet.write_text(f"video\tpath\tidentity\tsex\tau\tva\n{row}\n")
    return sheet


def lengthen(mp4: Path, manifest: Path, case: Case) -> None:
    """Join copies of a converted video, and list its frames as a conversion does."""
    import av

    from auva.records.manifest import MANIFEST, TIMESTAMPS, timestamps_path
    from auva.records.table import table_writer
    from auva.video.seal import seal

    joined = mp4.with_suffix(".joined.mp4")
    with (
        av.open(str(mp4)) as piece,
        av.open(str(joined), "w", options={"movflags": "+faststart"}) as out,
    ):
        stream = out.add_stream_from_template(piece.streams.video[0])
        packets = [packet for packet in piece.demux(video=0) if packet.size]
        kept = [(packet.is_keyframe, bytes(packet)) for packet in packets]
        ticks, base = packets[0].duration, packets[0].time_base
        assert ticks
        for frame in range(case.frames):
            key, data = kept[frame % case.piece]
            packet = av.Packet(data)
            packet.stream, packet.time_base, packet.is_keyframe = stream, base, key
            packet.pts = packet.dts = frame * ticks
            packet.duration = ticks
            out.mux(packet)
    joined.replace(mp4)
    seal(mp4)
    times = [f"{frame / case.fps:.6f}" for frame in range(case.frames)]
    with (
        table_writer(manifest, tuple(MANIFEST)) as row,
        table_writer(timestamps_path(manifest), tuple(TIMESTAMPS)) as stamp,
    ):
        for frame, time in enumerate(times):
            row(frame + 1, time, frame, time)
            stamp(frame, time, time)


def keep_faces(results: Path, case: Case) -> None:
    """Write a face in each frame, found and kept as the workflow does."""
    from auva.faces.selection import select_faces
    from auva.records.detections import detections_writer

    faces = results / "faces"
    faces.mkdir()
    found, side = faces / "long.detections.csv", case.height // 2
    with detections_writer(found) as write:
        for frame in range(1, case.frames + 1):
            left = 10 + frame % 50
            write(frame, "dense", [(2.5, left, side // 2, left + side, side // 2 + side)])
    select_faces(found, results / "video" / "long.frames.csv", faces / "long.track.csv", {})


def write_spans(path: Path, case: Case, spans: int) -> None:
    """Write an annotation with spans along all tracks, as many and as long on each."""
    from auva.annotations import ActionUnits, Context, Timeline, write_action_units
    from auva.units import THESIS_UNITS

    each = max(1, spans // len(THESIS_UNITS))
    edges = np.linspace(0, case.frames, 2 * each + 1).astype(int)
    presence = np.zeros((case.frames, len(THESIS_UNITS)), np.uint8)
    for first, last in zip(edges[:-1:2], edges[1::2], strict=True):
        presence[first:last] = 1
    judged = np.ones_like(presence, dtype=bool)
    table = ActionUnits(np.arange(1, case.frames + 1), presence, judged)
    line = Timeline(case.frames, float(case.fps))
    write_action_units(path, table, "elan", Context(line))


def start(sheet: Path, results: Path) -> tuple[subprocess.Popen, str]:
    """Start `auva annotate`; return it and its address."""
    line = [sys.executable, "-m", "auva.cli", "annotate", "--no-browser"]
    line += ["--sheet", str(sheet), "--results", str(results)]
    server = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    return server, server.stdout.readline().split()[-1]


@dataclass(frozen=True)
class Measured:
    """Seconds to the first picture, milliseconds of the seeks, and wrong pictures among them."""

    opened: float
    times: list[float]
    wrong: int


def measure(page: "Page", address: str, case: Case, frames: list[int]) -> Measured:
    """Open the page and seek these frames."""
    from playwright.sync_api import expect

    page.goto(address)
    expect(page.locator("#status")).to_have_text("Saved", timeout=60_000)
    canvas = page.locator("#picture")
    expect(canvas).to_have_attribute("data-frame", "1")
    opened = page.evaluate(OPENED) / 1000
    last = "performance.getEntriesByName('auva-seek').at(-1)"
    times, wrong = [], 0
    for frame in frames:
        page.evaluate("performance.clearMeasures()")
        page.keyboard.press("g")
        page.keyboard.insert_text(str(frame))
        page.keyboard.press("Enter")
        expect(canvas).to_have_attribute("data-frame", str(frame), timeout=30_000)
        page.wait_for_timeout(20)
        found = page.evaluate(f"[{last}.detail, {last}.duration]")
        assert found[0] == frame
        times.append(found[1])
        wrong += canvas.evaluate(READ_NUMBER) != case.number(frame)
    page.close()  # its server goes
    return Measured(opened, times, wrong)


def peer(
    context: "BrowserContext", mp4: Path, frames: list[int], part: float
) -> tuple[list[float], int]:
    """Return the same for the browser's own video element, sought this part of a frame later."""
    page = context.new_page()
    page.route("**/long.mp4", lambda route: route.fulfill(path=mp4, content_type="video/mp4"))
    page.route(
        "**/peer", lambda route: route.fulfill(body="<body></body>", content_type="text/html")
    )
    page.goto("http://127.0.0.1:1/peer")
    found = page.evaluate(PEER, ["/long.mp4", frames, part])
    page.close()
    return found["times"], found["wrong"]


def describe(name: str, times: list[float], wrong: int, more: str = "") -> None:
    """Print one line."""
    ordered = sorted(times)
    p95 = ordered[int(0.95 * (len(ordered) - 1))]
    print(
        f"{name:24s} median {statistics.median(times):6.1f} ms   p95 {p95:6.1f} ms   "
        f"max {max(times):6.1f} ms   wrong frames {wrong} of {len(times)}{more}",
        flush=True,
    )


def run(name: str, browser: "Browser", args: argparse.Namespace) -> bool:
    """Measure one case and print it; return whether it keeps its limits."""
    case = CASES[name]
    rng = np.random.default_rng(1)
    wanted = rng.choice(np.arange(2, case.frames + 1), args.seeks, replace=False).tolist()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        sheet = corpus(folder, case)
        mp4 = folder / "results" / "video" / "long.mp4"
        print(
            f"{name}: {args.seeks} random seeks in {case.frames} frames of "
            f"{case.width}x{case.height}, {case.fps} fps, {mp4.stat().st_size / 1e6:.0f} MB; "
            f"load {os.getloadavg()[0]:.1f}"
        )
        found = []
        for spans in (0, args.spans):
            if spans:
                write_spans(folder / "au.txt", case, spans)
            server, address = start(sheet, folder / "results")
            context = browser.new_context(viewport={"width": 1280, "height": 720})
            found.append(measure(context.new_page(), address, case, wanted))
            server.terminate()
            server.wait(10)
            what = f"auva, {spans} spans" if spans else "auva annotate"
            opened = f"   opened in {found[-1].opened:.2f} s"
            describe(what, found[-1].times, found[-1].wrong, opened)
        plain, full = (statistics.median(each.times) for each in found)
        print(f"with spans {full / plain:.2f} times; limit {case.limit:g} ms")
        if name == "small":
            compare(browser, mp4, wanted, plain)
    slow = max(plain, full) > case.limit or max(each.opened for each in found) > args.opening
    return not slow and not any(each.wrong for each in found)


def compare(browser: "Browser", mp4: Path, frames: list[int], ours: float) -> None:
    """Print what the browser's own video element does."""
    context = browser.new_context()
    by_time, by_middle = (peer(context, mp4, frames, part) for part in (0, 0.5))
    describe("<video>, frame's time", *by_time)
    describe("<video>, half a frame on", *by_middle)
    print(f"ratio of the medians: {ours / statistics.median(by_middle[0]):.2f}")


def main() -> int:
    """Run the benchmark."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--case", nargs="+", choices=CASES, default=["small"])
    parser.add_argument("--seeks", type=int, default=200)
    parser.add_argument("--spans", type=int, default=2000, help="of the second measurement")
    parser.add_argument("--opening", type=float, default=3.0, help="longest opening in s")
    args = parser.parse_args()
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        sys.exit("seek.py: the program chromium is needed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM)
        kept = [run(name, browser, args) for name in args.case]
        browser.close()
    return int(not all(kept))


if __name__ == "__main__":
    sys.exit(main())
