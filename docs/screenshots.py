"""Take the pictures of the browser tools that the docs show.

    python docs/screenshots.py [--results results] [--sheet config/videos.tsv] [--out docs/images]

The finished demo run and its annotations are copied to a temporary folder, so that nothing of them
changes. What the demo lacks is made up there: a second annotator, by shifting and leaving out spans
of the first; a sound, which the rendered videos do not have. Proposals are shown if the results
have an evaluated run. Needs a Chromium.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect, sync_playwright

from auva import annotations
from auva.sheet import read_sample_sheet
from auva.video.sound import RATE
from auva.web.frame_rows import runs
from auva.web.open_video import OpenVideo
from auva.web.project import Project
from auva.web.settings import Settings

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
CHROMIUM += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
SIZE = {"width": 1280, "height": 720}
ANNOTATED, REVIEWED, COMPARED = "chloe-1", "greta-1", "ines-1"


def copy_demo(sheet: Path, results: Path, folder: Path) -> Path:
    """Copy the sheet, the annotations and what is shown of the results; return the new sheet."""
    for part in ("video", "faces"):
        shutil.copytree(results / part, folder / "results" / part)
    if (results / "runs").is_dir():
        (folder / "results" / "runs").symlink_to((results / "runs").resolve())
    rows = ["video\tpath\tidentity\tsex\tau\tva"]
    sheet_rows = read_sample_sheet(sheet)
    for row in (sheet_rows[video] for video in (ANNOTATED, REVIEWED, COMPARED)):
        for kind, files in (("au", row.au), ("va", row.va)):
            (folder / kind).mkdir(exist_ok=True)
            shutil.copy(files[0], folder / kind / f"{row.id}.txt")
        # The original without sound is not there, so the page takes the sound of `speak`.
        original = folder / row.path.name if row.id == ANNOTATED else row.path.resolve()
        cells = (row.id, original, row.identity, row.sex)
        au = "" if row.id == ANNOTATED else f"au/{row.id}.txt"  # coded by `code`
        rows.append("\t".join([*map(str, cells), au, f"va/{row.id}.txt"]))
    made = folder / "videos.tsv"
    made.write_text("\n".join(rows) + "\n")
    return made


def code(folder: Path, video: str) -> None:
    """Code the demo's labels as the page does: a quarter is not judged, two units are hidden."""
    table = annotations.read_action_units(folder / "au" / f"{video}.txt", "thesis")
    settings = Settings(folder / "videos.tsv", folder / "results", folder / "face_overrides.tsv")
    project = Project(settings, [video])
    opened = OpenVideo(project, video)
    judged = opened.store.frames * 3 // 4
    shown = np.minimum(opened.source.frame, len(table.frame) - 1)
    edits = []
    for unit, name in enumerate(project.au_names):
        for first, last in runs(table.presence[shown[:judged], unit]):
            present = int(table.presence[shown[first], unit])
            grade = {"intensity": 1 + (first + unit) % 4} if present else {}
            edits.append(
                {"name": name, "first": first + 1, "last": last + 1, "value": present, **grade}
            )
    hidden = [
        {"name": name, "first": 96, "last": 110, "value": "hidden"} for name in ("AU20", "AU25")
    ]
    said = {
        "name": "AU12",
        "first": 40,
        "last": 48,
        "value": 1,
        "side": "left",
        "comment": "unequal",
    }
    opened.session.edit("au", [*edits, *hidden, said])
    project.enter(video, "au")
    opened.store.close()


def speak(folder: Path, video: str) -> None:
    """Write a sound like speech: syllables of noise in two phrases."""
    rng = np.random.default_rng(3)
    time = np.arange(6 * RATE) / RATE
    phrases = ((time > 0.8) & (time < 2.3)) | ((time > 3.4) & (time < 4.9))
    syllables = np.clip(
        np.sin(2 * np.pi * 3.7 * time) + 0.4 * np.sin(2 * np.pi * 1.3 * time), 0.02, 1
    )
    sound = rng.normal(0, 3000, len(time)) * np.where(phrases, syllables, 0.01)
    with wave.open(str(folder / "results" / "video" / f"{video}.sound.wav"), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes(np.clip(sound, -32000, 32000).astype("<i2").tobytes())


def second_annotator(folder: Path, video: str, name: str) -> None:
    """Write what another person might have said: spans shifted by a few frames, some left out."""
    rng = np.random.default_rng(7)
    table = annotations.read_action_units(folder / "au" / f"{video}.txt", "thesis")
    shifted = [
        np.roll(column, rng.integers(-9, 10)) & (rng.random() > 0.15) for column in table.presence.T
    ]
    presence = np.stack(shifted, axis=1).astype(np.uint8)
    table = replace(table, presence=presence, intensity=presence.astype(np.float32))
    annotations.write_action_units(folder / "au" / f"{video}.{name}.txt", table, "thesis")
    affect = annotations.read_valence_arousal(folder / "va" / f"{video}.txt")
    wave = np.sin(np.arange(len(affect.values)) / 17)[:, None]
    affect = replace(affect, values=np.clip(0.75 * affect.values + 0.25 * wave, -1, 1))
    annotations.write_valence_arousal(folder / "va" / f"{video}.{name}.txt", affect, "abaw")


@contextmanager
def served(command: str, folder: Path) -> Iterator[str]:
    """Run `auva annotate` or `auva review`; yield the address."""
    line = [sys.executable, "-m", "auva.cli", command, "--no-browser", "--sheet", "videos.tsv"]
    line += ["--results", "results", "--overrides", "face_overrides.tsv"]
    server = subprocess.Popen(line, cwd=folder, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        yield server.stdout.readline().split()[-1]
    finally:
        server.terminate()
        server.wait(60)


def arrived(page: Page, address: str, place: str, ready: str = "Saved") -> None:
    """Open a page of the server and wait until it is ready."""
    page.goto(address)
    page.goto(address.partition("?")[0] + place)
    page.reload()
    expect(page.locator("#status")).to_have_text(ready, timeout=60_000)


def annotate(page: Page, address: str) -> None:
    """Show spans, states, the sound, the face alone, and a model's proposals if there are any."""
    arrived(page, address, f"#{ANNOTATED}/60/AU12")
    expect(page.locator("#picture")).to_have_attribute("data-frame", "60")
    expect(page.locator("#sound-lane")).to_have_attribute("data-ready", "true")
    if page.locator("#model").is_visible():
        expect(page.locator("#model")).to_have_attribute("aria-pressed", "true", timeout=120_000)
    page.keyboard.press("f")
    page.locator(".lane[data-unit=AU12] .span").first.click()
    page.wait_for_timeout(2500)


def small(page: Page, address: str) -> None:
    """Show the same in the light theme on a tablet, beside a neutral frame."""
    page.set_viewport_size({"width": 1024, "height": 768})
    page.emulate_media(color_scheme="light")
    arrived(page, address, f"#{ANNOTATED}/1")
    expect(page.locator("#picture")).to_have_attribute("data-frame", "1")
    page.keyboard.press("r")
    annotate(page, address)


def videos(page: Page, address: str) -> None:
    """Show all videos, with who did them."""
    arrived(page, address, "videos", "Up to date")
    expect(page.locator(".agreement a").first).to_contain_text("κ")
    page.wait_for_timeout(500)


def adjudicate(page: Page, address: str) -> None:
    """Show the first difference after the beginning of a decision."""
    arrived(page, address, f"adjudicate#{COMPARED}")
    page.get_by_role("button", name="Create it").click()
    expect(page.locator("#open-differences")).to_contain_text("open")
    page.keyboard.press("w")
    page.wait_for_timeout(1500)


def review(page: Page, address: str) -> None:
    """Show the uncertain faces first, with one frame and its two candidates."""
    arrived(page, address, f"review#{REVIEWED}")
    for _ in range(2):
        page.keyboard.press("Enter")
    page.locator(".face").nth(2).click()
    page.keyboard.press("d")
    expect(page.locator("#overrides")).to_contain_text("drop")
    page.locator(".face").nth(3).click()
    page.wait_for_timeout(2500)


def agreement(page: Page, address: str) -> None:
    """Show two annotators of one video."""
    arrived(page, address, f"agreement#{COMPARED}", "2 annotators")
    page.wait_for_timeout(1500)


PICTURES = {
    "annotate": annotate,
    "annotate_light": small,
    "review": review,
    "agreement": agreement,
    "videos": videos,
    "adjudicate": adjudicate,  # last: it writes the consensus
}


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--results", type=Path, default=Path("results"))
    parser.add_argument("--sheet", type=Path, default=Path("config/videos.tsv"))
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    parser.add_argument("--only", nargs="*", choices=PICTURES, help="take some of them")
    args = parser.parse_args()
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        sys.exit("screenshots.py: the program chromium is needed")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        copy_demo(args.sheet, args.results, folder)
        second_annotator(folder, COMPARED, "mia")
        code(folder, ANNOTATED)
        speak(folder, ANNOTATED)
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM)
        for picture, shows in PICTURES.items():
            if picture not in (args.only or PICTURES):
                continue
            with served("review" if picture == "review" else "annotate", folder) as address:
                page = browser.new_page(viewport=SIZE, color_scheme="dark")
                shows(page, address)
                page.screenshot(path=args.out / f"{picture}.png")
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
