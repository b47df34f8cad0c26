"""Take the pictures of the browser tools that the docs show.

    python docs/screenshots.py [--results results] [--sheet config/videos.tsv] [--out docs/images]

The finished demo run and its annotations are copied to a temporary folder, so that nothing of them
changes; a second annotator is made up there by shifting and leaving out spans of the first. Needs a
Chromium.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect, sync_playwright

from auva import annotations
from auva.samples import read_sample_sheet

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
CHROMIUM += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
SIZE = {"width": 1280, "height": 720}
ANNOTATED, REVIEWED, COMPARED = "chloe-1", "greta-1", "ines-1"


def copy_demo(sheet: Path, results: Path, folder: Path) -> Path:
    """Copy the sheet, the annotations and what is shown of the results; return the new sheet."""
    for part in ("video", "faces"):
        shutil.copytree(results / part, folder / "results" / part)
    (folder / "results" / "runs").symlink_to((results / "runs").resolve())
    rows = ["video\tpath\tidentity\tsex\tau\tva"]
    sheet_rows = read_sample_sheet(sheet)
    for row in (sheet_rows[video] for video in (ANNOTATED, REVIEWED, COMPARED)):
        for kind, files in (("au", row.au), ("va", row.va)):
            (folder / kind).mkdir(exist_ok=True)
            shutil.copy(files[0], folder / kind / f"{row.id}.txt")
        cells = (row.id, row.path.resolve(), row.identity, row.sex)
        rows.append("\t".join([*map(str, cells), f"au/{row.id}.txt", f"va/{row.id}.txt"]))
    made = folder / "videos.tsv"
    made.write_text("\n".join(rows) + "\n")
    return made


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
    yield server.stdout.readline().split()[-1]
    server.terminate()
    server.wait(10)


def opened(page: Page, address: str, place: str, ready: str = "Saved") -> None:
    """Open a page of the server and wait until it is ready."""
    page.goto(address)
    page.goto(address.partition("?")[0] + place)
    page.reload()
    expect(page.locator("#status")).to_have_text(ready, timeout=60_000)


def annotate(page: Page, address: str) -> None:
    """Show a span that is being made beside finished ones and the model's proposals."""
    opened(page, address, f"#{ANNOTATED}/60/AU12")
    expect(page.locator("#picture")).to_have_attribute("data-frame", "60")
    expect(page.locator("#model")).to_be_visible(timeout=120_000)
    page.keyboard.press("5")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#picture")).to_have_attribute("data-frame", "70")
    page.wait_for_timeout(1500)


def review(page: Page, address: str) -> None:
    """Show the doubtful faces first, with one frame and its two candidates."""
    opened(page, address, f"review#{REVIEWED}")
    for _ in range(3):
        page.keyboard.press("Enter")
    page.locator("#face-71").click()
    page.keyboard.press("d")
    page.locator("#face-32").click()
    page.locator("#face-57").click(modifiers=["Shift"])
    expect(page.locator("#overrides")).to_contain_text("71–71")
    page.wait_for_timeout(2500)


def agreement(page: Page, address: str) -> None:
    """Show two annotators of one video."""
    opened(page, address, f"agreement#{COMPARED}", "2 annotators")
    page.wait_for_timeout(1500)


PICTURES = {"annotate": annotate, "review": review, "agreement": agreement}


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--results", type=Path, default=Path("results"))
    parser.add_argument("--sheet", type=Path, default=Path("config/videos.tsv"))
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    parser.add_argument("--only", choices=PICTURES, help="take one picture")
    args = parser.parse_args()
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        sys.exit("screenshots.py: the program chromium is needed")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        copy_demo(args.sheet, args.results, folder)
        second_annotator(folder, COMPARED, "mia")
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM)
        for picture, shows in PICTURES.items():
            if args.only not in (None, picture):
                continue
            with served("review" if picture == "review" else "annotate", folder) as address:
                page = browser.new_page(viewport=SIZE)
                shows(page, address)
                page.screenshot(path=args.out / f"{picture}.png")
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
