"""The code book: names, keys, colours and pictures, and key presses of other keyboards."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect
from web_support import open_page, press, spans

from auva.errors import InputError
from auva.units import THESIS_NAMES
from auva.web.code_book import CodeBook, read_code_book
from auva.web.settings import Settings, read_settings

BOOK = """
units:
  AU12: {name: smile, key: m, colour: "#102040", picture: smile.png, note: The corners go up.}
  AU2: {key: ""}
  AU17: {name: chin}
keys:
  play: k
  back: [j, ArrowLeft]
  box: ""
"""

PRESS = """
async (presses) => {
  const { meaning } = await import("/static/keys.js");
  return presses.map(([key, code, ...held]) => {
    const said = Object.fromEntries(held.map((name) => [name, true]));
    const found = meaning(new KeyboardEvent("keydown", { key, code, ...said }));
    return !found ? null : "unit" in found ? `${found.unit} ${found.value}` : found.action;
  });
}
"""
"""Function: what key presses [key, code, held …] mean."""

AS_ON = {
    "number row": {("5", "Digit5"): "4 1", ("%", "Digit5", "shiftKey"): "4 0"},
    "French number row": {
        ("(", "Digit5"): "4 1",
        ("5", "Digit5", "shiftKey"): "4 0",
        ("à", "Digit0"): "fit",
        ("_", "Digit8"): "7 1",
        ("ç", "Digit9"): None,
        (")", "Minus"): "zoomOut",
        (".", "Comma", "shiftKey"): "nextChange",
        ("?", "KeyM", "shiftKey"): "help",
        ("a", "KeyQ"): "accept",
    },
    "AltGr": {
        ("[", "Digit8", "modifierAltGraph"): "slower",
        ("[", "Digit8", "modifierAltGraph", "ctrlKey", "altKey"): "slower",
        ("]", "Digit9", "modifierAltGraph"): "faster",
        ("²", "Digit2", "modifierAltGraph"): None,
        ("[", "Digit5", "altKey"): "slower",
        ("5", "Digit5", "altKey"): None,
        ("5", "Digit5", "ctrlKey"): None,
        ("+", "Equal", "shiftKey", "ctrlKey"): None,
    },
    "German": {
        (">", "IntlBackslash", "shiftKey"): "nextAny",
        ("<", "IntlBackslash"): "previousAny",
        ("z", "KeyY", "ctrlKey"): "undo",
        ("Z", "KeyY", "ctrlKey", "shiftKey"): "redo",
        ("?", "Minus", "shiftKey"): "help",
    },
    "numeric keypad": {
        ("5", "Numpad5", "modifierNumLock"): "4 1",
        ("Clear", "Numpad5", "modifierNumLock"): "4 0",
        ("5", "Numpad5", "shiftKey"): "4 0",
        ("ArrowRight", "Numpad6"): "forward",
        ("End", "Numpad1", "shiftKey", "modifierNumLock"): "0 0",
        ("+", "NumpadAdd"): "zoomIn",
        ("Enter", "NumpadEnter"): "span",
        ("0", "Numpad0", "modifierNumLock"): "fit",
    },
    "letters": {
        ("O", "KeyO", "shiftKey"): "restOfAll",
        ("O", "KeyO"): "rest",
        ("щ", "KeyO"): "rest",
        ("Dead", "BracketLeft"): None,
    },
}


def write(folder: Path, text: str) -> Path:
    path = folder / "code_book.yaml"
    path.write_text(text)
    Image.new("RGB", (900, 300), (200, 120, 90)).save(folder / "smile.png")
    return path


def test_a_code_book_names_keys_colours_and_pictures(tmp_path):
    book = read_code_book(write(tmp_path, BOOK), THESIS_NAMES)
    units = {unit["name"]: unit for unit in book.describe(THESIS_NAMES)}
    assert units["AU12"] == {
        "name": "AU12",
        "text": "smile",
        "key": "m",
        "colour": "#102040",
        "note": "The corners go up.",
        "picture": True,
    }
    assert [units[name]["key"] for name in THESIS_NAMES] == ["1", "", "3", "4", "m", "6", "7", "8"]
    assert units["AU1"]["text"] == "inner brow raiser"
    assert book.keys == {"play": ("k",), "back": ("j", "ArrowLeft"), "box": ()}
    with Image.open(io.BytesIO(book.picture("AU12") or b"")) as picture:
        assert picture.size == (480, 160)
    assert book.picture("AU1") is None


def test_without_a_code_book_the_first_nine_units_have_digits():
    names = [f"AU{number}" for number in (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15)]
    keys = [unit["key"] for unit in CodeBook().describe(names)]
    assert keys == [*"123456789", "", ""]


def test_no_key_of_the_table_means_two_things(tmp_path):
    assert read_code_book(write(tmp_path, ""), THESIS_NAMES) == CodeBook()


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("units: {AU1: {key: m}, AU12: {key: M}}", "the key 'm' has two meanings: AU1 and AU12"),
        ("units: {AU12: {key: 3}}", "the key '3' has two meanings: AU4 and AU12"),
        ("units: {AU12: {key: b}}", "the key 'b' has two meanings: AU12 and the action box"),
        ("units: {AU1: {key: o}}\nkeys: {rest: y}", "'Shift+o' has two meanings: AU1 absent and"),
        ("keys: {play: b}", "the key 'b' has two meanings: the action play and the action box"),
        ("keys: {play: 1}", "the key '1' has two meanings: AU1 and the action play"),
        ("keys: {paly: k}", "keys: 'paly' is not known (did you mean 'play'?)"),
        ("keys: {play: Shift+?}", "write the character itself, without Shift"),
        ("keys: {play: ArowUp}", "keys.play: 'ArowUp' is not a key: write a character or its name"),
        ("keys: {play: 1.5}", "keys.play: 1.5 is not a key"),
        ("units: {AU12: {key: Ctrl+m}}", "a unit's key has no modifier"),
        ("units: {12: {}}", "line 1: the key 12 is a number, not a name"),
        ("units: {AU99: {}}", "units.AU99: no such Action Unit"),
        (
            "units: {AU12: {color: red}}",
            "units.AU12: 'color' is not known (did you mean 'colour'?)",
        ),
        ("units: {AU12: {colour: red}}", "units.AU12.colour: 'red' is not #rrggbb"),
        ("units: {AU12: {name: [a]}}", "units.AU12.name: ['a'] is not one line of text"),
        ("units: {AU12: {picture: none.png}}", "none.png: the picture of the code book does not"),
        ("units: {AU12: {picture: code_book.yaml}}", "code_book.yaml: is not a picture"),
        ("units: [AU12]", "units: has no keys"),
        ("[]", "the code book: has no keys"),
        ("units: {AU1: {}, AU1: {}}", "AU1"),
    ],
)
def test_what_is_wrong_with_a_code_book_is_said_in_one_line(tmp_path, text, cause):
    path = write(tmp_path, text)
    with pytest.raises(InputError, match=re.escape(cause)) as error:
        read_code_book(path, THESIS_NAMES)
    assert str(error.value).startswith(str(tmp_path))


def test_the_configuration_names_the_code_book(tmp_path):
    (tmp_path / "config.yaml").write_text("code_book: book.yaml\n")
    assert read_settings([tmp_path / "config.yaml"]).code_book == Path("book.yaml")
    assert Settings().code_book is None


@pytest.mark.web
def test_the_page_shows_the_code_book_and_takes_keys_of_any_keyboard(corpus, serve, page):
    book = write(corpus.folder, BOOK.replace("AU2: {key: ", "AU25: {key: ") + "  takeFirst: []\n")
    open_page(page, serve(corpus, code_book=book))
    own = [("m", "KeyM"), ("M", "KeyM", "shiftKey"), ("k", "KeyK"), ("j", "KeyJ"), ("b", "KeyB")]
    assert page.evaluate(PRESS, own) == ["4 1", "4 0", "play", "back", None]
    assert page.evaluate(PRESS, [(" ", "Space"), ("q", "KeyQ")]) == [None, None]
    press(page, "m", "m")
    span = page.locator(".lane[data-unit=AU12] .span:not(.preview)")
    expect(span).to_have_css("background-color", "rgb(16, 32, 64)")
    assert spans(corpus.au("one"), "AU12") == [(1, 1)]
    name = page.locator(".name[data-unit=AU12]")
    expect(name).to_have_text("MAU12smile")
    expect(page.locator("#exemplar")).to_be_hidden()
    press(page, "h")
    expect(page.locator("#exemplar")).to_contain_text("AU12 smileThe corners go up.")
    width = page.locator("#exemplar img").evaluate("e => e.decode().then(() => e.naturalWidth)")
    assert width == 480
    press(page, "ArrowUp")
    expect(page.locator("#exemplar")).to_be_hidden()
    name.hover()
    expect(page.locator("#exemplar")).to_be_visible()
    expect(page.locator("#play")).to_have_attribute("title", "Play, pause (K)")
    press(page, "?")
    expect(page.locator("#help")).to_contain_text("1 … 7 begin a span of that unit at this frame")
    book.write_text("keys: {play: b}")
    page.reload()
    expect(page.locator("#stage-note")).to_contain_text("the key 'b' has two meanings")


@pytest.mark.web
def test_keys_of_any_keyboard_without_a_code_book(corpus, serve, page):
    open_page(page, serve(corpus))
    presses = [each for keyboard in AS_ON.values() for each in keyboard.items()]
    found = page.evaluate(PRESS, [list(each) for each, _ in presses])
    assert dict(zip([each for each, _ in presses], found, strict=True)) == dict(presses)
