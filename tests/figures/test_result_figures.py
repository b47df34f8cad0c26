"""Figures of training and results: what they show, and that their bytes repeat."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from auva.errors import InputError
from auva.figures.bars import action_unit_bars, affect_bars, best_run
from auva.figures.losses import loss_curves, score_curves
from auva.figures.sample_grid import nearest, sample_grid, shown_for
from auva.figures.shown import SHOWN
from auva.models.run import Run
from auva.records.chosen import Chosen, Counts, write_chosen
from auva.records.history import write_history
from auva.records.scores import write_held_out, write_scores
from auva.tables.results import published as published_runs
from auva.tables.results import results
from auva.units import THESIS_NAMES

AXES = {"learning_rate": 1e-4, "update_rate": 2, "alpha": 0.9}
RUN = Run(
    experiment="au",
    name="lr1e-4_update2_alpha0.9",
    model="gan",
    kind="au",
    va_loss=None,
    dataset="faces",
    axes=AXES,
    settings={"iterations": 1000, "image_size": 28},
    action_units=THESIS_NAMES,
)


@pytest.fixture
def published(root):
    return root / "resources" / "published" / "published_scores.csv"


def evaluated(folder, criterion=0.6, undefined=""):
    """The two files of one run, with all that the figures read."""
    folder.mkdir()
    scores = [
        (iteration, part, metric, target, iteration / 1000 * 0.5 + 0.1, "")
        for iteration in (0, 500, 1000)
        for part in ("validation", "test")
        for metric, target in [
            *(("f1", au) for au in THESIS_NAMES),
            ("f1_mean", "all"),
            ("real_as_real", "all"),
            *((name, va) for name in ("ccc", "mse") for va in ("valence", "arousal")),
        ]
    ]
    held = []
    for number, au in enumerate(THESIS_NAMES):
        value = np.nan if au == undefined else 0.5
        held += [("f1", au, value), ("floor", au, 0.3), ("base_rate", au, 0.1 + number / 100)]
    for va in ("valence", "arousal"):
        held += [(name, va, 0.2) for name in ("ccc", "mse", "ccc_video_mean", "mse_video_mean")]
    columns = ["iteration", "set", "metric", "target", "value", "note"]
    write_scores(folder / "scores.csv", pd.DataFrame(scores, columns=columns))
    table = pd.DataFrame(held, columns=["metric", "target", "value"])
    table.insert(0, "iteration", 500)
    note = np.where(table["value"].isna(), "no positive label in this set", "")
    table = table.assign(low=table["value"] - 0.05, high=table["value"] + 0.05, note=note)
    write_held_out(folder / "held_out.csv", table)
    counts = Counts(checkpoints=3, validation_faces=1, test_faces=1, faces=1, people=5)
    thresholds = dict.fromkeys(THESIS_NAMES, 0.5)
    chosen = Chosen(500, thresholds, {}, {}, criterion, "", 0.5, 0.95, counts)
    write_chosen(folder / "chosen.json", chosen)
    return folder / "scores.csv", folder / "chosen.json", folder / "held_out.csv"


def words(svg):
    return re.findall(r">([^<>]+)</text>", svg.read_text())


def twice(draw, tmp_path):
    """Draw twice, compare the bytes, return the SVG."""
    pairs = [(tmp_path / f"{n}.png", tmp_path / f"{n}.svg") for n in ("one", "two")]
    for png, svg in pairs:
        draw(png, svg)
        with Image.open(png) as image:
            assert image.width > 300
            assert np.asarray(image.convert("L")).std() > 5
    assert pairs[0][0].read_bytes() == pairs[1][0].read_bytes()
    assert pairs[0][1].read_bytes() == pairs[1][1].read_bytes()
    assert b"<dc:date>" not in pairs[0][1].read_bytes()
    return pairs[0][1]


def test_loss_curves(tmp_path):
    history = tmp_path / "history.csv"
    rows = [(10, 3.0, 1.0), (20, 2.0, np.nan), (30, 1.5, 2.0)]
    write_history(history, ("d_loss", "g_loss"), rows)
    svg = twice(lambda png, svg: loss_curves(RUN, history, png, svg), tmp_path)
    assert {"au, lr1e-4_update2_alpha0.9", "discriminator", "generator", "iteration"} <= set(
        words(svg)
    )
    write_history(history, ("d_loss", "g_loss"), [])
    with pytest.raises(InputError, match="holds no losses"):
        loss_curves(RUN, history, tmp_path / "no.png")
    assert not (tmp_path / "no.png").exists()


def test_score_curves_mark_the_chosen_checkpoint(tmp_path):
    files = evaluated(tmp_path / "run")
    svg = twice(lambda png, svg: score_curves(RUN, *files[:2], png, svg), tmp_path)
    assert {
        "mean F1 at fixed thresholds",
        "CCC valence",
        "held-out checkpoint",
        "validation",
        "test",
    } <= set(words(svg))


def test_action_unit_bars_print_floor_and_share(published, tmp_path):
    files = evaluated(tmp_path / "run", undefined="AU15")

    def draw(png, svg):
        runs = [replace(RUN, experiment="au_small").as_dict()]
        action_unit_bars("au_small", runs, *([part] for part in files), published, png, svg)

    shown = words(twice(draw, tmp_path))
    assert {"AU1", "10%", "AU25", "17%", "held out", "best on test", "undefined"} <= set(shown)
    assert any("floor" in word for word in shown)
    assert any("5 people" in word for word in shown)


def test_affect_stands_beside_published_work(published, tmp_path):
    files = evaluated(tmp_path / "run")
    others = tmp_path / "others.csv"
    row = "Another network,ccc,valence,0.5,a paper"
    others.write_text(f"work,metric,target,value,source\n{row}\n\n")
    run = replace(RUN, experiment="my_va", kind="va", va_loss="mse").as_dict()

    def draw(png, svg):
        affect_bars([run], *([part] for part in files), published, png, svg, others)

    shown = words(twice(draw, tmp_path))
    assert {"Another network", "valence", "arousal", "held out"} <= set(shown)
    assert any("lower is better" in word for word in shown)


def test_the_run_that_validation_prefers_is_drawn(tmp_path):
    files = [
        evaluated(tmp_path / str(number), criterion=value)
        for number, value in enumerate((0.2, 0.7))
    ]
    runs = [replace(RUN, axes=AXES | {"update_rate": rate}) for rate in (5, 7)]
    runs = [replace(run, name=f"lr1e-4_update{run.axes['update_rate']}_alpha0.9") for run in runs]
    both = results([run.as_dict() for run in runs], *zip(*files, strict=True))
    assert best_run(both).run.axes["update_rate"] == 7
    with pytest.raises(InputError, match="no evaluated run"):
        best_run([])


def test_sample_grid_shows_the_iterations_of_the_thesis(tmp_path):
    folder = tmp_path / "run" / "samples"
    folder.mkdir(parents=True)
    for iteration in range(0, 1001, 100):
        Image.new("RGB", (60, 60), (iteration // 5, 80, 20)).save(
            folder / f"iteration-{iteration:08d}.png"
        )
    run = replace(RUN, experiment="au_small")
    shown = words(twice(lambda png, svg: sample_grid(tmp_path / "run", run, png, svg), tmp_path))
    assert {"iteration 300", "iteration 400", "iteration 700"} <= set(shown)
    assert "(thesis: 261 thousand)" in shown
    assert "(thesis: 672, 693 thousand)" in shown
    with pytest.raises(InputError, match="holds no pictures"):
        sample_grid(tmp_path, RUN, tmp_path / "no.png")


def test_nearest_saved_iteration():
    saved = [0, 261_000, 262_000, 1_000_000]
    assert nearest(saved, 261_400, 1_000_000) == 261_000
    assert nearest(saved, 261_500, 1_000_000) == 261_000
    assert nearest([0, 1000, 2000], 999_000, 2000) == 2000
    assert nearest([0, 1000, 2000], 400_000, 2000) == 1000


def test_every_published_run_has_its_figure(published):
    experiments = ("au", "va_mse", "va_ccc", "vaau_ccc", "vaau_mse")
    runs = {(name, point) for name in experiments for point in published_runs(published, name)}
    assert set(SHOWN) == runs
    numbers = [shown.figure for shown in SHOWN.values()]
    assert numbers == [f"3.{number}" for number in range(25, 56)]
    assert shown_for(replace(RUN, axes=AXES | {"learning_rate": 1.0})).figure == ""


@pytest.mark.parametrize(("dataset", "figure"), [("faces", "3.19"), ("mnist", "3.20")])
def test_the_vanilla_gan_is_shown_at_the_pictures_of_the_thesis(shared, dataset, figure):
    run = replace(RUN, kind="vanilla", dataset=dataset, axes={"learning_rate": 1e-3})
    shown = shown_for(run)
    assert shown.figure == figure
    text = (shared / "reference" / "thesis.txt").read_text()
    line = re.search(rf"^Figure {re.escape(figure)}: Images created.*$", text, re.M)
    assert line is not None
    numbers = re.findall(r"\d+", line.group().split("at iteration")[1])
    assert [f"{count // 1000}" for count in shown.iterations] == numbers
    saved = list(range(0, 2001, 20))
    places = [nearest(saved, count, 2000, shown.length) for count in shown.iterations]
    assert places == [0, 400, 1000, 1980]
    assert shown_for(replace(run, axes={"learning_rate": 1.0})).figure == ""


def test_the_shown_iterations_are_those_of_the_captions(shared):
    """Against the captions of the thesis themselves."""
    text = (shared / "reference" / "thesis.txt").read_text()
    for shown in SHOWN.values():
        line = re.search(rf"^Figure {re.escape(shown.figure)}: Images created.*$", text, re.M)
        assert line is not None, shown.figure
        tail = line.group().split("at iteration")[1]
        found = [int(number.replace(",", "")) for number in re.findall(r"\d+,\d{3}", tail)]
        assert found == list(shown.iterations), json.dumps(shown)
