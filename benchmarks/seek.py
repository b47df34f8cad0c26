"""How long a frame takes from the key press to the screen, and whether it is the right one.

    python benchmarks/seek.py [--seeks 200] [--frames 3000] [--spans 2000] [--limit 100]

A 640x360 video whose frames carry their number in the picture is converted, opened with `auva
annotate` in a headless Chromium, and frames are sought at random by keyboard (G, the number,
Enter). Measured in the browser: from the time stamp of the Enter key press to the frame after which
the picture has been handed to the screen; once without a span and once with `--spans` of them, all
in view. The peer is the browser's own <video> element with the same file in its memory, sought by
the frame's time and by the middle of the frame. Exit status 1 if a median exceeds the limit or any
frame is wrong.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

WIDTH, HEIGHT, BITS = 640, 360, 16
CFG = {"fps": 30, "crf": 18, "preset": "veryfast"}
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
CHROMIUM += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]

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
"""Script: the number that a picture element carries, however it is scaled."""

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


def write_video(path: Path, frames: int) -> None:
    """Write a 30 fps video with moving texture and each frame's number (from 1) at the top."""
    import av

    rng = np.random.default_rng(20170407)
    coarse = rng.integers(30, 220, (60, 100, 3)).astype(np.uint8)
    texture = np.kron(coarse, np.ones((12, 12, 1), np.uint8))
    texture = (texture + rng.integers(0, 20, texture.shape)).astype(np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"crf": "18", "preset": "ultrafast"}
        for frame in range(1, frames + 1):
            down, right = frame % 300, (3 * frame) % 500
            image = np.ascontiguousarray(texture[down : down + HEIGHT, right : right + WIDTH])
            for bit in range(BITS):
                block = slice(bit * WIDTH // BITS, (bit + 1) * WIDTH // BITS)
                image[:40, block] = 240 if frame >> bit & 1 else 15
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode())


def corpus(folder: Path, frames: int) -> Path:
    """Make a sample sheet with one converted video; return the sheet."""
    from auva.video.conversion import convert

    write_video(folder / "source.mp4", frames)
    made = folder / "results" / "video"
    made.mkdir(parents=True)
    convert(folder / "source.mp4", made / "long.mp4", made / "long.frames.csv", CFG)
    sheet = folder / "videos.tsv"
    row = "long\tsource.mp4\tnobody\tunknown\tau.txt\t"
    sheet.write_text(f"video\tpath\tidentity\tsex\tau\tva\n{row}\n")
    return sheet


def write_spans(path: Path, frames: int, spans: int) -> None:
    """Write an annotation with spans along all tracks, as many and as long on each."""
    from auva.annotations import ActionUnits, Context, Timeline, write_action_units
    from auva.units import THESIS_UNITS

    each = max(1, spans // len(THESIS_UNITS))
    edges = np.linspace(0, frames, 2 * each + 1).astype(int)
    presence = np.zeros((frames, len(THESIS_UNITS)), np.uint8)
    for first, last in zip(edges[:-1:2], edges[1::2], strict=True):
        presence[first:last] = 1
    judged = np.ones_like(presence, dtype=bool)
    table = ActionUnits(np.arange(1, frames + 1), presence, judged)
    write_action_units(path, table, "elan", Context(Timeline(frames)))


def start(sheet: Path, results: Path) -> tuple[subprocess.Popen, str]:
    """Start `auva annotate`; return it and its address."""
    line = [sys.executable, "-m", "auva.cli", "annotate", "--no-browser"]
    line += ["--sheet", str(sheet), "--results", str(results)]
    server = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    return server, server.stdout.readline().split()[-1]


def measure(page: "Page", address: str, frames: list[int]) -> tuple[list[float], int]:
    """Return the times (ms) of the seeks and how many showed a wrong frame."""
    from playwright.sync_api import expect

    page.goto(address)
    expect(page.locator("#status")).to_have_text("Saved", timeout=30_000)
    canvas = page.locator("#picture")
    expect(canvas).to_have_attribute("data-frame", "1")
    times, wrong = [], 0
    for frame in frames:
        page.evaluate("performance.clearMeasures()")
        page.keyboard.press("g")
        page.keyboard.insert_text(str(frame))
        page.keyboard.press("Enter")
        expect(canvas).to_have_attribute("data-frame", str(frame))
        page.wait_for_timeout(20)
        entry = "performance.getEntriesByName('auva-seek').at(-1)"
        found = page.evaluate(f"[{entry}.detail, {entry}.duration]")
        assert found[0] == frame
        times.append(found[1])
        wrong += canvas.evaluate(READ_NUMBER) != frame
    page.close()  # its server goes
    return times, wrong


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


def describe(name: str, times: list[float], wrong: int) -> None:
    """Print one line."""
    ordered = sorted(times)
    p95 = ordered[int(0.95 * (len(ordered) - 1))]
    print(
        f"{name:24s} median {statistics.median(times):6.1f} ms   p95 {p95:6.1f} ms   "
        f"max {max(times):6.1f} ms   wrong frames {wrong} of {len(times)}"
    )


def main() -> int:
    """Run the benchmark."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seeks", type=int, default=200)
    parser.add_argument("--frames", type=int, default=3000)
    parser.add_argument("--spans", type=int, default=2000, help="of the second measurement")
    parser.add_argument("--limit", type=float, default=100.0, help="largest median in ms")
    args = parser.parse_args()
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        sys.exit("seek.py: the program chromium is needed")
    rng = np.random.default_rng(1)
    wanted = rng.choice(np.arange(2, args.frames + 1), args.seeks, replace=False).tolist()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        sheet = corpus(folder, args.frames)
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM)
        measured = []
        for spans in (0, args.spans):
            if spans:
                write_spans(folder / "au.txt", args.frames, spans)
            server, address = start(sheet, folder / "results")
            context = browser.new_context(viewport={"width": 1280, "height": 720})
            measured.append(measure(context.new_page(), address, wanted))
            server.terminate()
            server.wait(10)
        ours, full = measured
        mp4 = folder / "results" / "video" / "long.mp4"
        context = browser.new_context()
        by_time, by_middle = (peer(context, mp4, wanted, part) for part in (0, 0.5))
        browser.close()
    print(f"{args.seeks} random seeks in {args.frames} frames of {WIDTH}x{HEIGHT}")
    describe("auva annotate", *ours)
    describe(f"auva, {args.spans} spans", *full)
    describe("<video>, frame's time", *by_time)
    describe("<video>, half a frame on", *by_middle)
    ratio = statistics.median(ours[0]) / statistics.median(by_middle[0])
    print(f"ratio of the medians: {ratio:.2f}; limit {args.limit:g} ms")
    slow = max(statistics.median(times) for times, _ in measured) > args.limit
    return int(slow or any(wrong for _, wrong in measured))


if __name__ == "__main__":
    sys.exit(main())
