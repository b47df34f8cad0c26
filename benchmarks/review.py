"""What the review of a 10-minute video costs: opening it, the first pictures, each correction.

    python benchmarks/review.py [--frames 18000] [--folder FOLDER] [--videos 300]

A 640x360 video of 18,000 frames with made-up boxes (a second face now and then, low scores, jumps,
frames without a face) is reviewed with `auva review` as the page does it. Measured are CPU seconds
of the server, with its threads, and bytes of the answers: opening the video and its first 40
pictures, then accepts and drops. The video of `--folder` is used again if it is there. Then the
list under "Next run" is asked for in a workflow of `--videos` videos of which one has a new
correction (0: not), and compared with that of `snakemake -n`. Exit status 1 if the lists differ or
a limit is passed: 2 CPU s for the first pictures, 50 ms CPU (mean) for a correction, 5 CPU s for
the list.
"""

import argparse
import contextlib
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from scale import SNAKEMAKE, TOUCHING, make_outputs, measured
from scale import corpus as make_workflow

from auva.web import plan
from auva.web.settings import read_settings

WIDTH, HEIGHT = 640, 360
CFG = {"fps": 30, "crf": 28, "preset": "ultrafast"}
PICTURES, CORRECTIONS = 40, 20
MOST_OPENING, MOST_CORRECTION, MOST_PLAN = 2.0, 0.05, 5.0
WINDOW = "abcdefgh12345678"
TICKS = os.sysconf("SC_CLK_TCK")


def write_video(path: Path, frames: int) -> None:
    """Write a 30 fps video of a drifting texture."""
    import av

    rng = np.random.default_rng(20170407)
    coarse = rng.integers(30, 220, (40, 80, 3)).astype(np.uint8)
    texture = np.kron(coarse, np.ones((12, 12, 1), np.uint8))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"crf": "28", "preset": "ultrafast"}
        for frame in range(frames):
            down, right = frame // 8 % 100, frame // 3 % 300
            image = np.ascontiguousarray(texture[down : down + HEIGHT, right : right + WIDTH])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode())


def write_boxes(path: Path, frames: int) -> None:
    """Write a table of detections of one person, with what makes a review necessary."""
    rng = np.random.default_rng(7)
    rows = ["frame,score,left,top,right,bottom,search"]
    walk = np.cumsum(rng.normal(0, 0.4, (frames, 2)), axis=0)
    walk = walk - walk.mean(axis=0)
    for frame in range(1, frames + 1):
        left, top = np.clip(walk[frame - 1] + (220, 80), (5, 5), (400, 150)).round().astype(int)
        size = 170 if frame % 701 == 0 else 120
        score = 1.2 if frame % 97 < 4 else 2.5
        if frame % 900 >= 12:
            rows.append(f"{frame},{score},{left},{top},{left + size},{top + size},dense")
        if frame % 400 < 25:
            rows.append(f"{frame},1.9,540,20,620,100,dense")
    path.write_text("\n".join(rows) + "\n\n")


def corpus(folder: Path, frames: int) -> Path:
    """Make a sample sheet with one converted video and its boxes; return the sheet."""
    from auva.video.conversion import convert

    made = folder / "results" / "video"
    if not (made / "long.mp4").exists():
        made.mkdir(parents=True)
        write_video(folder / "source.mp4", frames)
        convert(folder / "source.mp4", made / "long.mp4", made / "long.frames.csv", CFG)
    faces = folder / "results" / "faces"
    faces.mkdir(exist_ok=True)
    write_boxes(faces / "long.detections.csv", frames)
    sheet = folder / "videos.tsv"
    sheet.write_text("video\tpath\tidentity\tsex\tau\tva\nlong\tsource.mp4\tnobody\tunknown\t\t\n")
    return sheet


class Reviewer:
    """Talks to a running `auva review` as the page does."""

    def __init__(self, folder: Path, sheet: Path) -> None:
        line = [sys.executable, "-m", "auva.cli", "review", "--no-browser", "--sheet", str(sheet)]
        line += ["--results", str(folder / "results"), "--overrides", str(folder / "faces.tsv")]
        self.process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        address = urlsplit(self.process.stdout.readline().split()[-1])
        self.host = str(address.netloc)
        self.cookie = ""
        _, headers = self.ask("GET", f"/?{address.query}")
        self.cookie = headers["set-cookie"].partition(";")[0]

    def ask(self, method: str, path: str, content: object = None) -> tuple[bytes, dict[str, str]]:
        """Return the body and headers of an answer."""
        wire = http.client.HTTPConnection(self.host, timeout=600)
        headers = {"Origin": f"http://{self.host}", "Content-Type": "application/json"}
        headers |= {"Cookie": self.cookie} if self.cookie else {}
        wire.request(method, path, None if content is None else json.dumps(content), headers)
        answer = wire.getresponse()
        body = answer.read()
        if answer.status not in (200, 303):
            sys.exit(f"{path}: {answer.status} {body[:200]!r}")
        return body, {name.lower(): value for name, value in answer.getheaders()}

    def cpu(self) -> float:
        """Return the CPU seconds that the server has taken."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def first_pictures(video: dict) -> list[tuple[int, int]]:
    """Return the frames and candidates of the pictures that the page shows first."""
    kept = [face for face in video["faces"] if face[2] is not None]
    uncertain = sorted(kept, key=lambda face: (-face[5], face[0]))
    return [(face[0], face[2]) for face in uncertain[:PICTURES]]


def measure(folder: Path, sheet: Path) -> bool:
    """Print what opening and correcting cost; return whether it is within the limits."""
    from websockets.sync.client import connect

    reviewer = Reviewer(folder, sheet)
    try:
        before, begin = reviewer.cpu(), time.perf_counter()
        body, _ = reviewer.ask("GET", "/api/review/long")
        described = reviewer.cpu() - before
        video = json.loads(body)
        for frame, candidate in first_pictures(video):
            reviewer.ask("GET", f"/api/review/long/faces/{frame}/{candidate}.jpg")
        opening, wall = reviewer.cpu() - before, time.perf_counter() - begin
        print(f"opening: {described:.2f} s CPU, {len(body):,} bytes")
        print(f"with the first {PICTURES} pictures: {opening:.2f} s CPU, {wall:.2f} s")
        head = {"Cookie": reviewer.cookie, "Origin": f"http://{reviewer.host}"}
        live = f"ws://{reviewer.host}/api/live/review/long?window={WINDOW}"
        costs, size = list[float](), 0
        with connect(live, additional_headers=head) as socket:
            socket.recv()
            since = video["version"]
            for number in range(CORRECTIONS):
                action = ("accept", "drop")[number % 2]
                runs = [[500 * number + 1, 500 * number + 30]]
                message = {"window": WINDOW, "action": action, "runs": runs, "since": since}
                before = reviewer.cpu()
                body, _ = reviewer.ask("POST", "/api/review/long/edits", message)
                costs.append(reviewer.cpu() - before)
                since = json.loads(body)["version"]
                size = len(body)
        print(
            f"a correction: {statistics.mean(costs) * 1000:.0f} ms CPU (mean of {CORRECTIONS}), "
            f"{max(costs) * 1000:.0f} ms at most, {size:,} bytes"
        )
        return opening <= MOST_OPENING and statistics.mean(costs) <= MOST_CORRECTION
    finally:
        reviewer.process.terminate()
        reviewer.process.wait()


def _known(jobs: list[dict[str, str]]) -> list[tuple[str, ...]]:
    """Return jobs in one order, with the cause of each: Snakemake orders them anew each time."""
    return sorted(
        (job["rule"], job["output"], job["wildcards"], job["reason"].partition(":")[0])
        for job in jobs
    )


def compare_plans(folder: Path, videos: int) -> bool:
    """Print what the list of the next run costs; return whether it is right and soon there."""
    make_workflow(folder, videos)
    make_outputs(folder)
    measured(folder, "--touch", program=(sys.executable, "-c", TOUCHING))
    row = "v00007\t1\t3\tdrop\t\t"
    header = "video\tfirst\tlast\taction\tx\ty"
    (folder / "config/face_overrides.tsv").write_text(f"{header}\n{row}\n")
    with contextlib.chdir(folder):
        before, begin = os.times(), time.perf_counter()
        found = plan.next_run(read_settings([Path("config/config.yaml")]))
        wall, after = time.perf_counter() - begin, os.times()
        cpu = after.children_user + after.children_system
        cpu -= before.children_user + before.children_system
        said = subprocess.run([SNAKEMAKE, "-n", "--cores", "1"], capture_output=True, text=True)
    wanted = plan.parse(said.stdout + "\n" + said.stderr)
    same = _known(found.get("jobs", [])) == _known(wanted) != []
    print(
        f"next run of {videos} videos: {len(found.get('jobs', []))} jobs, {cpu:.1f} s CPU, "
        f"{wall:.1f} s, {'as' if same else 'NOT as'} snakemake -n says"
    )
    return same and cpu <= MOST_PLAN


def main() -> int:
    """Measure and print; exit status 1 if a limit is passed or a list is wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--frames", type=int, default=18_000)
    parser.add_argument("--folder", type=Path, help="keep the video here")
    parser.add_argument("--videos", type=int, default=300, help="of the next run (0: none)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        sheet = corpus(folder, args.frames)
        (folder / "faces.tsv").unlink(missing_ok=True)
        (folder / "faces.tsv.journal.jsonl").unlink(missing_ok=True)
        good = measure(folder, sheet)
        if args.videos:
            good &= compare_plans(Path(scratch), args.videos)
        return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
