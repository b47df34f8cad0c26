"""What the tests of the annotation page do again and again."""

import json
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, Request, build_opener

import numpy as np
import pandas as pd
from playwright.sync_api import Page, expect

from auva.annotations import read_action_units
from auva.records.predictions import write_predictions
from auva.units import THESIS_NAMES

PATIENCE = 120
"""Seconds after which what is waited for will not come: no measure of speed, on any machine."""


def open_page(page: Page, address: str, video: str = "one") -> None:
    page.goto(address)
    expect(page.locator("#status")).to_have_text("Saved")
    if page.locator("#video").input_value() != video:
        page.select_option("#video", video)
        expect(page).to_have_title(f"{video} – auva annotate")
        expect(page.locator("#status")).to_have_text("Saved")
    at(page, 1)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def at(page: Page, frame: int) -> None:
    """Wait until a frame is drawn: keys act on that one."""
    expect(page.locator("#picture")).to_have_attribute("data-frame", str(frame))


def go(page: Page, frame: int) -> None:
    """Go to a frame by its number."""
    press(page, "g")
    page.keyboard.type(str(frame))
    press(page, "Enter")
    at(page, frame)


def saved(page: Page, undo: bool = True) -> None:
    expect(page.locator("#status")).to_have_text("Saved")
    if undo:
        expect(page.locator("#undo")).to_be_enabled()


def spans(path: Path, name: str) -> list[tuple[int, int]]:
    """Return the spans of one Action Unit in a file (1-based, inclusive)."""
    present = read_action_units(path).presence[:, THESIS_NAMES.index(name)]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], present, [0]])))
    return [(int(a) + 1, int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def journal(path: Path) -> list[dict]:
    lines = path.with_name(path.name + ".journal.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def lane_at(page: Page, name: str, frame: int, frames: int = 90) -> tuple[float, float]:
    """Return the place on the screen of the middle of a frame on a track (whole video shown)."""
    box = page.locator(f".lane[data-unit={name}]").bounding_box()
    return box["x"] + (frame - 0.5) / frames * box["width"], box["y"] + box["height"] / 2


def wheel_at(page: Page, valence: float, arousal: float) -> tuple[float, float]:
    """Return the place on the screen of a point of the wheel."""
    box = page.locator("#wheel").bounding_box()
    radius = min(box["width"], box["height"]) / 2 - 14
    return (
        box["x"] + box["width"] / 2 + valence * radius,
        box["y"] + box["height"] / 2 - arousal * radius,
    )


def propose(corpus, probable: bool = True) -> Path:
    """Write predictions of AU12 (30 to 45 and 60 to 70) and a flicker of AU1; return the folder."""
    folder = corpus.folder / "model"
    folder.mkdir()
    frame = np.arange(1, 91)
    first, second = (frame >= 30) & (frame <= 45), (frame >= 60) & (frame <= 70)
    table = pd.DataFrame({"frame": frame, "time": (frame - 1) / 30})
    for name in THESIS_NAMES:
        table[name], table[f"{name}_present"] = 0.1 if probable else np.nan, 0
    if probable:
        table["AU12"] = np.select([first, second], [0.9, 0.6], 0.3)
    table["AU12_present"] = (first | second).astype(int)
    table["AU1_present"] = (frame == 80).astype(int)  # a flicker is no span
    table = table.assign(valence=np.nan, arousal=np.nan, fake=np.nan, status="face", reason="x")
    write_predictions(folder / "one.csv", table)
    return folder


class Client:
    """What a page of the server at an address can ask, without a browser."""

    def __init__(self, address: str) -> None:
        self.base = address.partition("/?")[0]
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self.opener.open(address).close()

    def ask(self, path: str, content: object = None, **headers: str) -> tuple[int, bytes]:
        """Return status and body of an answer; a `content` is posted as JSON."""
        sent = {"origin": self.base, "content-type": "application/json", **headers}
        body = None if content is None else json.dumps(content).encode()
        try:
            with self.opener.open(Request(self.base + path, body, sent)) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            with error:
                return error.code, error.read()

    def json(self, path: str, content: object = None) -> dict:
        return json.loads(self.ask(path, content)[1])
