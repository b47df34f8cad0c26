"""From a folder of videos to their list: what is prepared, who did it, and what is next."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect
from web_support import PATIENCE, Client, journal

from auva.cli import main
from auva.errors import InputError
from auva.sheet import read_sample_sheet
from auva.web.intake import take_in
from auva.web.journal import Journal
from auva.web.overview import Overview
from auva.web.preparation import Preparation
from auva.web.project import Project
from auva.web.settings import Settings

LINE = "2026-11-29 12:00:00,000 {} {}\n"


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def test_a_folder_becomes_a_corpus_and_new_videos_are_added(tmp_path):
    touch(tmp_path / "Ann 1.mp4", tmp_path / "day/ann-1.MKV", tmp_path / "notes.txt")
    touch(tmp_path / "results/video/ann.mp4", tmp_path / ".hidden/x.mp4", tmp_path / "a{b}.mp4")
    problems = take_in(tmp_path)
    assert [problem.rpartition("/")[2][:8] for problem in problems] == ["a{b}.mp4"]
    sheet = tmp_path / "config" / "videos.tsv"
    rows = read_sample_sheet(sheet)
    assert list(rows) == ["Ann-1", "ann-1-2"]
    assert rows["ann-1-2"].path.resolve() == tmp_path / "day" / "ann-1.MKV"
    assert [(row.identity, row.sex) for row in rows.values()] == [
        ("Ann-1", "unknown"),
        ("ann-1-2", "unknown"),
    ]
    sheet.write_text(sheet.read_text().replace("Ann-1\tunknown", "Ann\tfemale"))
    touch(tmp_path / "later.avi")
    take_in(tmp_path)
    rows = read_sample_sheet(sheet)
    assert list(rows) == ["Ann-1", "ann-1-2", "later"]
    assert (rows["Ann-1"].identity, rows["Ann-1"].sex) == ("Ann", "female")
    before = sheet.stat().st_mtime_ns
    take_in(tmp_path)
    assert sheet.stat().st_mtime_ns == before


def test_a_folder_that_cannot_be_a_corpus_is_refused_and_left_alone(tmp_path, root):
    with pytest.raises(InputError, match="no video in this folder"):
        take_in(tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InputError, match="is the workflow's folder"):
        take_in(root)


def test_the_command_takes_one_folder_and_none_of_its_files(tmp_path, capsys):
    for arguments, cause in (
        ([str(tmp_path), "one"], "name one folder of videos"),
        ([str(tmp_path), "--sheet", "videos.tsv"], "leave --sheet out"),
        ([str(tmp_path)], "no video in this folder"),
    ):
        assert main(["annotate", *arguments]) == 1
        assert cause in capsys.readouterr().err


def project_of(corpus, **more) -> Project:
    return Project(Settings(corpus.sheet, corpus.results, corpus.overrides), **more)


def note(annotation: Path, seq: int, day: str, action: str) -> None:
    entry = {"seq": seq, "time": f"{day}T00:00:00+00:00", "action": action}
    change = {"name": "AU1", "before": [[0, 1, 0, None, 0]], "after": [[0, 1, 1, None, 0]]}
    sums = {"previous": ["a"], "file": ["b"], "changes": [change]}
    Journal.of(annotation).append({**entry, **(sums if action == "edit" else {})})


def test_states_and_the_last_change_come_from_files_and_journals(corpus):
    project = project_of(corpus)
    overview = Overview(project)
    assert overview.of("one")["state"] == "given"
    assert overview.of("fresh")["state"] == "new"
    assert overview.of("fresh")["work"] == []
    own, mias = (corpus.au("fresh").with_name(name) for name in ("fresh.txt", "fresh.mia.eaf"))
    mias.write_text("")
    note(own, 1, "2026-01-02", "edit")
    note(mias, 1, "2026-01-02", "edit")
    note(mias, 2, "2026-01-03", "finish")
    found = overview.of("fresh")
    assert {each["annotator"]: (each["state"], each["changed"][:10]) for each in found["work"]} == {
        "": ("begun", "2026-01-02"),
        "mia": ("done", "2026-01-03"),
    }
    assert found["state"] == "begun"
    assert found["compared"]
    note(own, 2, "2026-01-04", "finish")
    assert overview.of("fresh")["state"] == "done"
    note(own, 3, "2026-01-05", "reopen")
    assert overview.of("fresh")["state"] == "begun"
    assert Overview(project_of(corpus, annotator="mia")).of("one")["state"] == "new"


def test_how_far_a_video_is_comes_from_files_and_the_logs_of_its_jobs(corpus, monkeypatch):
    project = project_of(corpus)
    preparation = Preparation(project, corpus.folder)
    assert preparation.progress("one") == {"stage": "ready"}
    assert preparation.progress("fresh") == {"stage": "converted"}
    project.paths("fresh").mp4.unlink()
    assert preparation.progress("fresh") == {"stage": "new"}
    monkeypatch.setattr(Preparation, "running", True)
    preparation._wanted = {"fresh"}
    assert preparation.progress("fresh") == {"stage": "waiting"}
    log = corpus.results / "logs" / "convert_video" / "fresh.log"
    log.parent.mkdir(parents=True)
    log.write_text(LINE.format("INFO", "one.mp4: 120 of ? frames, 33.0/s"))
    assert preparation.progress("fresh") == {"stage": "converting", "done": 120, "of": None}
    with log.open("a") as stream:
        stream.write(LINE.format("REFUSED", "one.mp4: not a readable video"))
    failed = {"stage": "new", "problem": "one.mp4: not a readable video"}
    assert preparation.progress("fresh") == failed
    log.write_text(LINE.format("ERROR", "Traceback (most recent call last):\n  x\nKeyError: 1"))
    assert preparation.progress("fresh")["problem"] == "KeyError: 1"
    os.utime(log, (0, 0))
    preparation._begun = 1.0
    assert preparation.progress("fresh") == {"stage": "waiting"}


STUBBORN = """
import signal, subprocess, sys
from pathlib import Path
signal.signal(signal.SIGINT, lambda *_: None)
job = subprocess.Popen(["sh", "-c", "trap '' INT; echo begun > pipe; sleep 1000"])
job.wait()
Path("ended").touch()
"""


def test_jobs_that_go_on_after_a_stop_are_killed_and_the_workflow_ends_in_order(
    corpus, monkeypatch
):
    def run(preparation, videos, log):
        line = [sys.executable, "-c", STUBBORN]
        return subprocess.Popen(line, cwd=preparation.root, start_new_session=True)

    monkeypatch.setattr(Preparation, "_run", run)
    monkeypatch.setattr("auva.web.preparation._GRACE", 0)
    (corpus.folder / "Snakefile").touch()
    os.mkfifo(corpus.folder / "pipe")
    preparation = Preparation(project_of(corpus), corpus.folder)
    preparation.start(["fresh"])
    assert (corpus.folder / "pipe").read_text() == "begun\n"
    preparation.stop()
    assert (corpus.folder / "ended").exists()
    assert preparation.state()["problem"] == ""


def test_preparing_needs_a_workflow_and_a_person_a_name(corpus, serve, monkeypatch):
    monkeypatch.chdir(corpus.folder)
    client = Client(serve(corpus))
    assert "no Snakefile" in client.json("/api/prepare", {})["error"]
    path = "/api/overview/one/person"
    for body in ({"identity": " ", "sex": "male"}, {"identity": "x", "sex": "?"}, {"sex": "male"}):
        assert client.ask(path, body)[0] == 422
    assert "differ" in client.json(path, {"identity": "Person-two", "sex": "female"})["error"]
    assert client.json(path, {"identity": "ann", "sex": "male"})["saved"]
    row = read_sample_sheet(corpus.sheet)["one"]
    assert (row.identity, row.sex) == ("ann", "male")
    assert client.ask("/api/overview/no/person", {"identity": "a", "sex": "male"})[0] == 404


@pytest.mark.web
def test_the_start_page_lists_who_did_what_and_leads_on(corpus, serve, page):
    corpus.au("one").with_name("one.mia.txt").write_text(corpus.au("one").read_text())
    page.goto(serve(corpus, "/videos"))
    expect(page.locator("#status")).to_have_text("Up to date")
    expect(page.locator("#summary")).to_have_text("4 videos: 1 not started, 3 annotated elsewhere")
    one, fresh = (page.locator(f"tr[data-video={name}]") for name in ("one", "fresh"))
    expect(one.locator(".agreement a").first).to_contain_text("κ 1.00")
    page.get_by_label("Person in fresh", exact=True).fill("person-one")
    page.get_by_label("Person in fresh", exact=True).press("Enter")
    expect(page.locator("#people option")).to_have_count(3)
    assert read_sample_sheet(corpus.sheet)["fresh"].identity == "person-one"
    page.get_by_role("link", name="Next video without annotation").click()
    expect(page).to_have_title("fresh – auva annotate")
    expect(page.locator("#picture")).to_have_attribute("data-frame", "1")
    page.keyboard.press("Shift+O")
    expect(page.locator("#undo")).to_be_enabled()
    page.get_by_role("link", name="Videos").click()
    expect(fresh.locator(".state")).to_have_text("in progress")
    fresh.get_by_role("button", name="Done").click()
    expect(fresh.locator(".state")).to_have_text("done")
    expect(page.locator("#next")).to_be_hidden()
    fresh.get_by_role("button", name="Reopen").click()
    expect(fresh.locator(".state")).to_have_text("in progress")
    assert [entry["action"] for entry in journal(corpus.au("fresh"))][-2:] == ["finish", "reopen"]


@pytest.mark.slow
@pytest.mark.web
@pytest.mark.workflow
def test_a_folder_of_videos_is_prepared_and_annotated_from_the_browser(
    tmp_path, converted, servers, page, dpm_model
):
    folder = tmp_path / "clips"
    folder.mkdir()
    (folder / "one.mp4").write_bytes((converted / "videos" / "one.mp4").read_bytes())
    (folder / "broken.avi").write_bytes(b"no video" * 100)
    (folder / "resources").mkdir()
    (folder / "resources" / "dpm").symlink_to(dpm_model.parent)
    server = servers.in_folder(folder)
    page.goto(server.address)
    page.get_by_role("button", name="Prepare 2 videos").click()
    expect(page.get_by_role("button", name="Prepare 1 video")).to_be_visible(
        timeout=PATIENCE * 5000
    )
    expect(page.locator("tr[data-video=broken] .problem")).to_contain_text("not a readable video")
    expect(page.locator("tr[data-video=one] .stage")).to_have_text("ready")
    page.get_by_role("link", name=re.compile("^one$")).click()
    expect(page.locator("#picture")).to_have_attribute("data-frame", "1")
