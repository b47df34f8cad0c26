"""Spoiled files: a whole table or one line that names file and line, never anything else."""

import random
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from span_files import boris, eaf, state, tier

from auva.annotations import (
    FORMATS,
    ActionUnits,
    Context,
    Timeline,
    ValenceArousal,
    formats_of,
    left_out,
    read_action_units,
    read_valence_arousal,
    write_action_units,
    write_valence_arousal,
)
from auva.annotations.layout import parse_layout, read_layout
from auva.errors import InputError
from auva.pairs import join_pair
from auva.reading import decoded
from auva.sheet import Video, read_sample_sheet, write_sample_sheet

FRAMES = 40
MUTANTS = 520
HUGE = (b"1e309", b"-1e400", b"9" * 400, b"1e18", b"99999999999", b"-7", b"nan", b"inf", b"0x10")
BYTES = (b"\x00", b"\xff\xfe", b"\x1a", b"\xe9", b"\x80", b"\xef\xbb\xbf", b"\r", b"\n\n", b"\t")


def cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def cut_at_a_line(data: bytes, rng: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join(lines[: rng.randrange(len(lines) + 1)])


def shuffled_lines(data: bytes, rng: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    first, second = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return b"".join(lines)


def repeated_or_lost_line(data: bytes, rng: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    place = rng.randrange(len(lines))
    lines[place : place + 1] = [] if rng.random() < 0.5 else [lines[place]] * 2
    return b"".join(lines)


def other_separator(data: bytes, rng: random.Random) -> bytes:
    old, new = rng.sample([b",", b";", b"\t", b" ", b"|"], 2)
    count = rng.choice([1, 3, -1])
    return data.replace(old, new, count)


def other_encoding(data: bytes, rng: random.Random) -> bytes:
    text = data.decode()
    return rng.choice([text.encode("utf-16"), text.encode("utf-32"), text.encode("cp037")])


def huge_number(data: bytes, rng: random.Random) -> bytes:
    places = list(re.finditer(rb"\d[\d.]*", data))
    place = rng.choice(places)
    return data[: place.start()] + rng.choice(HUGE) + data[place.end() :]


def strange_bytes(data: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(data) + 1)
    return data[:place] + rng.choice(BYTES) + data[place:]


def overwritten(data: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(data))
    return data[:place] + bytes([rng.randrange(256)]) + data[place + 1 :]


def moved_block(data: bytes, rng: random.Random) -> bytes:
    a, b = sorted(rng.randrange(len(data)) for _ in range(2))
    rest = data[:a] + data[b:]
    place = rng.randrange(len(rest) + 1)
    return rest[:place] + data[a:b] + rest[place:]


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    cut,
    cut_at_a_line,
    shuffled_lines,
    repeated_or_lost_line,
    other_separator,
    other_encoding,
    huge_number,
    strange_bytes,
    overwritten,
    moved_block,
)


def units(name: str) -> ActionUnits:
    rng = np.random.default_rng(5)
    blocks = np.repeat(rng.integers(0, 2, (FRAMES // 4, 8)), 4, axis=0)
    mask = np.ones((FRAMES, 8), bool) if name == "thesis" else rng.random((FRAMES, 8)) < 0.9
    intensity = None if name == "abaw" else (blocks * 2.25).astype(np.float32)
    frames_of = "original" if name in ("abaw", "openface") else "converted"
    return ActionUnits(np.arange(1, FRAMES + 1), blocks, mask, intensity, frames_of)


def affect(name: str) -> ValenceArousal:
    rng = np.random.default_rng(6)
    values = np.round(rng.uniform(-1, 1, (FRAMES, 2)), 3)
    if name != "affwild":
        values[rng.random((FRAMES, 2)) < 0.1] = np.nan
    return ValenceArousal(values, frames_of="converted" if name == "elan" else "original")


def rows_promised(name: str, data: bytes) -> int:
    """Return how many rows a file must give if it is read at all: one per line below the header."""
    if any(entry.spans for entry in FORMATS if entry.name == name):
        return FRAMES  # the video's length; spans only add to it
    marked = {b"\xff\xfe\0\0": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    encoding = next((marked[mark] for mark in marked if data.startswith(mark)), "utf-8-sig")
    lines = data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n").rstrip()
    return len(lines.split("\n")) - (name not in ("thesis", "affwild"))


def check(path: Path, other: Path, name: str, read: Callable, data: bytes) -> bool:
    """Read one spoiled file; return whether it was refused."""
    try:
        table = read()
    except InputError as error:
        message = str(error)
        assert "\n" not in message
        assert message.startswith((str(path), str(other)))
        assert message.isprintable()
        return True
    assert len(table) >= rows_promised(name, data), data
    assert table.frame[0] == 1
    assert np.all(np.diff(table.frame) == 1)
    return False


@pytest.mark.parametrize(
    "name", ["thesis", "abaw", "openface", "elan", "boris", "boris_aggregated"]
)
@pytest.mark.parametrize("named", [True, False])
def test_spoiled_action_unit_files(tmp_path, name, named):
    path, rng = tmp_path / "au", random.Random(f"{name} {named}")
    write_action_units(path, units(name), name)
    whole = path.read_bytes()
    refused = 0
    for number in range(MUTANTS):
        data = MUTATIONS[number % len(MUTATIONS)](whole, rng)
        path.write_bytes(data)
        form = name if named else None

        def read(form=form):
            return read_action_units(path, form, context=Context(Timeline(FRAMES)))

        kind = name if named or data == whole else _kind(path, name)
        refused += check(path, path, kind, read, data)
    assert refused > MUTANTS / 3


@pytest.mark.parametrize("name", ["abaw", "affwild", "elan"])
def test_spoiled_valence_and_arousal_files(tmp_path, name):
    path, other = tmp_path / "valence", tmp_path / "arousal"
    source = join_pair((path, other)) if name == "affwild" else path
    rng = random.Random(name)
    write_valence_arousal(source, affect(name), name)
    whole = path.read_bytes()
    refused = 0
    for number in range(MUTANTS):
        data = MUTATIONS[number % len(MUTATIONS)](whole, rng)
        path.write_bytes(data)
        refused += check(
            path,
            other,
            name,
            lambda: read_valence_arousal(source, name, Context(Timeline(FRAMES))),
            data,
        )
    assert refused > MUTANTS / 3


FRAMES_OF_A_VIDEO = 60
READ_ONLY = {
    "fex": ("frame,FaceScore,AU01,AU12,Identity", "{frame0},0.97,0.25,0.75,Person_0"),
    "bp4d": ("0,1,2,4,6,12,15", "{frame},0,1,9,0,1,0"),
    "disfa": ("", "{frame},{grade}"),
    "abaw_images": (
        "image,valence,arousal,expression,aus",
        "v/{frame:05d}.jpg,.1,.2,3" + ",0" * 12,
    ),
    "table": ("t;AU12;valence", "{seconds:.3f};1;0,5"),
    "openface": ("frame,face_id,confidence,success,AU12_c", "{frame},0,0.9,1,1"),
}
LAYOUT = """separator: semicolon
decimal: comma
time: t
unit: s
AU12: AU12
values: presence
valence: valence
scale: -1:1
"""


@pytest.mark.parametrize("name", list(READ_ONLY))
@pytest.mark.parametrize("kind", ["au", "va"])
def test_spoiled_files_of_formats_that_are_only_read(tmp_path, name, kind):
    if name not in formats_of(kind):
        assert kind == "va"
        return
    path, rng = tmp_path / "SN001_au12.txt", random.Random(f"{name} {kind}")
    header, row = READ_ONLY[name]
    rows = [
        row.format(frame=k, frame0=k - 1, grade=k % 6, seconds=(k - 1) / 30).replace(
            ".", "," if name == "table" else "."
        )
        for k in range(1, FRAMES + 1)
    ]
    whole = "\n".join([*([header] if header else []), *rows, ""]).encode()
    if name == "table":
        (tmp_path / f"{path.name}.yaml").write_text(LAYOUT)
    timeline = Timeline(FRAMES_OF_A_VIDEO, original=FRAMES_OF_A_VIDEO)
    context = Context(timeline, medium="v.mp4", subject="0" if name == "openface" else "")
    read = read_action_units if kind == "au" else read_valence_arousal
    path.write_bytes(whole)
    assert read(path, name, context).mask.any()
    refused = 0
    for number in range(MUTANTS // 2):
        path.write_bytes(MUTATIONS[number % len(MUTATIONS)](whole, rng))
        try:
            table = read(path, name, context)
        except InputError as error:
            message = str(error)
            assert "\n" not in message
            assert message.startswith(str(path))
            assert message.isprintable()
            refused += 1
            continue
        assert table.frame[0] >= 1
        assert np.all(np.diff(table.frame) >= 1)
        assert table.mask.any(axis=1).sum() <= max(FRAMES_OF_A_VIDEO, len(whole))
    assert refused > MUTANTS / 8


@pytest.mark.parametrize("sheet", [True, False])
def test_spoiled_layouts(tmp_path, sheet):
    path, rng = tmp_path / "a.csv", random.Random(f"layout {sheet}")
    cell = "time=t, unit=frames, first=0, missing=-5 x, words=A:1 B:2, scale=-1:1, valence=v"
    whole = (cell if sheet else LAYOUT).encode()
    refused = 0
    for number in range(MUTANTS):
        data = MUTATIONS[number % len(MUTATIONS)](whole, rng)
        try:
            if sheet:
                parse_layout(data.decode("utf-8", "replace"), path, 2)
            else:
                (tmp_path / "a.csv.yaml").write_bytes(data)
                read_layout(path)
        except InputError as error:
            message = str(error)
            assert "\n" not in message
            assert message.startswith(str(path))
            refused += 1
    assert refused > MUTANTS / 4


def rich_files(folder: Path) -> dict[str, Path]:
    """Files with media, offsets, people, dependent tiers, names and values of every kind."""
    cells = {"source": "player #1:v.mp4;w.mp4|player #2:z.mp4", "length": "1.0;1.0|2.0"}
    cells |= {"offset": "0.1", "subject": "mother"}
    return {
        "elan": eaf(
            folder / "whole.eaf",
            tier("AU6+12", (100, 200, "C"), (300, None, "?"), (None, 500, "AU6 B, AU12 left")),
            tier("intensity", (100, 200, "3"), PARENT_REF="AU6+12"),
            tier("AU4 L", (0, 100, ""), PARTICIPANT="mother"),
            tier("AU1 child", (0, 100, ""), PARTICIPANT="child"),
            tier("Valence_R1", (0, 20, "0.1"), (20, 40, "-0.5"), (40, 400, "?")),
            media=[
                {"MEDIA_URL": "file:///s.wav", "TIME_ORIGIN": "200"},
                {"MEDIA_URL": "file:///v.mp4", "TIME_ORIGIN": "100"},
            ],
        ),
        "boris": boris(
            folder / "whole.tsv",
            *state("AU6+12", 0.2, 0.6, modifier="C", second="left", medium="v.mp4", **cells),
            *state("AU7", 0.7, 0.8, medium="v.mp4", **cells),
            *state("AU12 not visible", 1.2, 1.6, medium="w.mp4", **cells),
            above=["Observation id\to", "Player #1\tv.mp4", "Time offset (s)\t0.1"],
        ),
    }


@pytest.mark.parametrize(("name", "kind"), [("elan", "au"), ("elan", "va"), ("boris", "au")])
def test_spoiled_files_of_annotators(tmp_path, name, kind):
    whole = rich_files(tmp_path)[name].read_bytes()
    read = read_action_units if kind == "au" else read_valence_arousal
    context = Context(Timeline(30), "v.mp4", "mother" if kind == "au" else "")
    path, rng = tmp_path / "spoiled", random.Random(f"{name} {kind}")
    path.write_bytes(whole)
    assert len(read(path, name, context)) == 30
    refused = 0
    for number in range(MUTANTS):
        data = MUTATIONS[number % len(MUTATIONS)](whole, rng)
        path.write_bytes(data)
        try:
            assert len(read(path, name, context)) >= 30
            left_out(path, kind, name)
        except InputError as error:
            message = str(error)
            assert "\n" not in message
            assert message.startswith(str(path))
            assert message.isprintable()
            refused += 1
    assert refused > MUTANTS / 3


def _kind(path: Path, name: str) -> str:
    from auva.annotations import recognise_action_units

    try:
        return recognise_action_units(path)
    except InputError:
        return name


@pytest.mark.parametrize("name", ["videos.tsv", "videos.csv"])
def test_spoiled_sample_sheets(tmp_path, name):
    path, rng = tmp_path / name, random.Random(name)
    videos = [
        Video(
            id=f"video-{number}",
            path=tmp_path / f"videos/{number}.mp4",
            identity=f"p{number % 4}",
            sex=("female", "male", "unknown", "male")[number % 4],
            au=tuple(tmp_path / f"au/{number}-{k}.txt" for k in range(1 + number % 3)),
            va=(tmp_path / f"va/{number}.txt",),
            au_weights=(1.0, 2.5, 1.0)[: 1 + number % 3],
            va_weights=(1.0,),
        )
        for number in range(12)
    ]
    write_sample_sheet(path, videos)
    whole = path.read_bytes()
    refused = 0
    for number in range(MUTANTS):
        data = MUTATIONS[number % len(MUTATIONS)](whole, rng)
        path.write_bytes(data)
        try:
            found = read_sample_sheet(path)
        except InputError as error:
            message = str(error)
            assert "\n" not in message
            assert message.startswith(str(path))
            refused += 1
        else:
            lines = re.split(r"\r\n|\r|\n", decoded(data, path))
            filled = [line for line in lines if line.strip("\t ,")]
            assert len(found) == len(filled) - 1, data
    assert refused > MUTANTS / 4
