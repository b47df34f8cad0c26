"""The original's sound on the annotation page: where it stands, how it follows, what is told."""

import errno
import json
import re

import pytest
from playwright.sync_api import expect
from sound_films import film
from web_support import Client, at, go, journal, open_page, press, saved, wheel_at

from auva.web.responses import ApiError
from auva.web.schema import parse_edits

pytestmark = pytest.mark.web


@pytest.fixture
def speaking(corpus):
    """A corpus whose original speaks on frames 16 to 18 and 37 to 39."""
    (corpus.folder / "videos" / "one.mp4").unlink()
    film(corpus.folder / "videos" / "one.mp4", "aac")
    return corpus


def test_a_sound_is_made_once_and_served_by_ranges(speaking, serve):
    client = Client(serve(speaking))
    loud = client.json("/api/videos/one/sound")["loudness"]
    assert len(loud) == 90
    assert [frame for frame, each in enumerate(loud, 1) if each > 60] == [16, 17, 18, 37, 38, 39]
    wav = speaking.results / "video" / "one.sound.wav"
    made = wav.stat().st_mtime_ns
    status, part = client.ask("/api/videos/one/sound.wav", range="bytes=1000-1999")
    assert (status, part) == (206, wav.read_bytes()[1000:2000])
    assert wav.stat().st_mtime_ns == made


def test_what_cannot_be_heard_is_told(corpus, serve):
    client = Client(serve(corpus))
    told = client.json("/api/videos/one/sound")["problem"]
    assert told.endswith("the video has no sound")
    assert client.ask("/api/videos/one/sound.wav")[0] == 404
    (corpus.folder / "videos" / "one.mp4").unlink()
    assert "the video file does not exist" in client.json("/api/videos/two/sound")["problem"]


def test_a_sound_that_no_disk_holds_is_told(speaking, serve, monkeypatch):
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("auva.video.sound.write_sound", full)
    told = Client(serve(speaking)).json("/api/videos/one/sound")["problem"]
    assert "the sound cannot be saved" in told
    assert "\n" not in told
    assert not list(speaking.results.rglob("*.wav"))


def test_sound_and_loop_follow_the_frame_clock(speaking, serve, page):
    speaking.keep("one")
    open_page(page, serve(speaking), "one")
    expect(page.locator("#sound-lane")).to_have_attribute("data-ready", "true")
    go(page, 21)
    press(page, "4")
    go(page, 24)
    press(page, "4")
    saved(page)
    page.evaluate("""() => {
        window.shown = [];
        const picture = document.querySelector('#picture');
        const note = () => {
            window.shown.push(Number(picture.dataset.frame));
            const turns = shown.filter((frame, place) => frame < shown[place - 1]).length;
            document.body.dataset.turns = turns;
        };
        new MutationObserver(note).observe(picture, {attributes: true});
        const audio = document.querySelector('#audio');
        const play = audio.play;
        document.addEventListener('keydown', () => { window.pressed = performance.now(); }, true);
        audio.play = () => {
            window.begun ??= [audio.currentTime, (performance.now() - pressed) / 1000];
            return play.call(audio);
        };
    }""")
    press(page, "ArrowLeft")
    at(page, 23)
    press(page, "l")
    expect(page.locator("#loop")).to_have_text("Loop 20–39")
    press(page, "Space")
    expect(page.locator("body")).to_have_attribute("data-turns", "2")
    press(page, "Space")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Play")
    begun, waited = page.evaluate("begun")
    assert -1 / 30 <= begun - 22 / 30 <= waited + 1 / 30  # where the clock was then
    assert page.evaluate("document.querySelector('#audio').paused")
    assert set(page.evaluate("shown")) <= set(range(20, 40))
    press(page, "u")
    expect(page.locator("#sound-on")).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("document.querySelector('#audio').muted")


def test_a_trace_records_when_each_frame_was_seen(speaking, serve, page):
    open_page(page, serve(speaking), "fresh")
    press(page, "t", "[", "[")
    page.mouse.move(*wheel_at(page, 0.5, 0.25))
    press(page, "Space")
    expect(page.locator("#picture")).to_have_attribute("data-frame", re.compile(r"1[3-9]|[2-9]\d"))
    press(page, "Space")
    saved(page)
    traces = [entry["trace"] for entry in journal(speaking.va("fresh")) if "trace" in entry]
    assert {trace["speed"] for trace in traces} == {0.5}
    frames, times = zip(*(each for trace in traces for each in trace["times"]), strict=True)
    assert times[0] == 0
    assert list(frames) == sorted(frames)
    assert list(times) == sorted(times)
    # At half the speed a frame of 1/30 s is on the screen for 67 ms, or longer.
    assert times[-1] - times[0] >= (frames[-1] - frames[0] - 2) * 66


@pytest.mark.parametrize(
    "trace",
    [
        {"speed": 1},
        {"speed": "1", "times": [[1, 0]]},
        {"speed": 1, "times": [[2, 5], [2, 6]]},
        {"speed": 1, "times": [[2, 5], [3, 4]]},
        {"speed": 1, "times": [[2]]},
        {"speed": 1, "times": [[91, 0]]},
    ],
    ids=json.dumps,
)
def test_times_that_cannot_be_are_refused(trace):
    edit = {"name": "valence", "first": 1, "values": [0.5]}
    message = {"window": "a" * 10, "kind": "va", "edits": [edit], "trace": trace}
    with pytest.raises(ApiError):
        parse_edits(message, 90, ("AU1",))
