"""The tables of the thesis against its printed numbers, and against small runs made by hand."""

import re

import numpy as np
import pandas as pd
import pytest

from auva.errors import InputError
from auva.records.scores import read_held_out, read_scores, write_held_out, write_scores
from auva.tables.layouts import LAYOUTS
from auva.tables.results import scientific
from auva.tables.write import write_table


@pytest.fixture
def published(root):
    return root / "resources" / "published" / "published_scores.csv"


def make(name, runs, files, published, tmp_path):
    out = [tmp_path / f"{name}.{kind}" for kind in ("csv", "md", "html")]
    scores, chosen, held_out = ([part[place] for part in files] for place in range(3))
    write_table(name, runs, scores, chosen, held_out, published, *out)
    return (
        pd.read_csv(out[0], dtype={"table": str, "learning_rate": str}),
        out[1].read_text(),
        out[2].read_text(),
    )


def pick(table, protocol, **more):
    rows = table[table["protocol"] == protocol]
    for column, value in more.items():
        rows = rows[rows[column] == value]
    assert len(rows) == 1
    return rows.iloc[0]


def test_every_published_score_stands_in_its_table(published, tmp_path):
    scores = pd.read_csv(published, dtype={"table": str, "learning_rate": str})
    seen = 0
    for name, layout in LAYOUTS.items():
        table, _, _ = make(name, [], [], published, tmp_path)
        names = {column.published: column.name for column in layout.columns}
        for row in scores[scores["table"] == layout.number].itertuples():
            ours = pick(
                table,
                "thesis",
                learning_rate=row.learning_rate,
                update_rate=row.update_rate,
                alpha=row.alpha,
                weighted=row.weighted,
            )
            assert ours["experiment"] == row.experiment
            assert ours[names[row.metric]] == row.value
            assert ours[f"{names[row.metric]}_iteration"] == row.iteration_thousands * 1000
            seen += 1
    assert seen == len(scores) == 384


@pytest.mark.parametrize(
    ("name", "bold"),
    [
        # The figures that the thesis prints in bold, read off its analysis (3.2.3 to 3.2.5).
        ("au_mean", {"**0.799** (994,000)", "**0.924** (994,000)", "**0.861** (994,000)"}),
        ("va_mse", {"**0.884** (845,000)", "**0.784** (974,000)", "**0.043** (942,000)"}),
        ("va_ccc", {"**0.840** (996,000)", "**0.770** (937,000)", "**0.065** (883,000)"}),
    ],
)
def test_best_published_values_are_bold(published, tmp_path, name, bold):
    _, markdown, html = make(name, [], [], published, tmp_path)
    for text in bold:
        assert text in markdown
        value = re.findall(r"[\d.]+", text)[0]
        assert f"<b>{value}</b>" in html


def test_our_runs_stand_beside_the_thesis(made, published, tmp_path):
    files = [made.write_run(tmp_path / "a")]
    table, markdown, html = make("au_f1", [made.run_of()], files, published, tmp_path)
    assert len(table) == 6 + 2 + 2
    same = {"learning_rate": "1e-4", "update_rate": 2}
    thesis, ours = pick(table, "thesis", **same), pick(table, "best_on_test", **same)
    held = pick(table, "held_out", **same)
    assert (thesis["AU1"], thesis["AU1_iteration"]) == (0.768, 775_000)
    assert (ours["AU25"], ours["AU25_iteration"]) == (0.67, 1000)
    assert (held["AU25"], held["AU25_low"], held["AU25_high"]) == (0.47, 0.37, 0.57)
    assert held["AU25_optimism"] == pytest.approx(0.20)
    assert np.isnan(ours["AU25_optimism"])
    floor, rate = pick(table, "floor"), pick(table, "base_rate")
    assert rate["AU25"] == 0.8
    assert floor["AU25"] == pytest.approx(1.6 / 1.8, abs=1e-5)
    for text in (markdown, html):
        for words in ("held_out", "1,234 faces of 7 people", "95% interval", "0.10 and 0.80"):
            assert words in text
        assert "3 of each run" in text
        assert "nan" not in text.lower().replace("nance", "")
    assert "[0.370, 0.570]" in markdown
    assert "optimism +0.200" in markdown


def test_the_best_mse_is_the_lowest(made, published, tmp_path):
    files = [made.write_run(tmp_path / "a"), made.write_run(tmp_path / "b")]
    runs = [made.run_of("va_mse"), made.run_of("va_mse", update_rate=5)]
    table, markdown, _ = make("va_mse", runs, files, published, tmp_path)
    ours = pick(table, "best_on_test", learning_rate="1e-4", update_rate=2, alpha=0.9)
    assert (ours["mse_valence"], ours["mse_valence_iteration"]) == (0.1, 1000)
    held = pick(table, "held_out", learning_rate="1e-4", update_rate=2, alpha=0.9)
    assert held["mse_valence_optimism"] == pytest.approx(0.05)
    assert pick(table, "floor")["mse_valence"] == 0.05
    assert "**0.100** (1,000)" in markdown
    assert markdown.count("**0.100** (1,000)") == 4  # equal values are all bold


def test_a_run_outside_the_published_grid_has_its_own_rows(made, published, tmp_path):
    files = [made.write_run(tmp_path / "a")]
    table, _, _ = make("au_f1", [made.run_of(learning_rate=3e-3)], files, published, tmp_path)
    assert list(table["protocol"].tail(4)) == ["best_on_test", "held_out", "base_rate", "floor"]
    assert set(table[table["protocol"] == "thesis"]["run"].isna()) == {True}
    assert pick(table, "best_on_test")["learning_rate"] == "3e-3"


def test_weighted_runs_are_told_apart(made, published, tmp_path):
    run = made.run_of("vaau_ccc", 1e-5, 2, weighted=True)
    files = [made.write_run(tmp_path / "a")]
    table, markdown, _ = make("vaau_ccc_au_f1", [run], files, published, tmp_path)
    ours = pick(table, "held_out")
    assert ours["weighted"] == 1
    place = int(ours.name)
    assert table.loc[place - 2, "weighted"] == 1
    assert table.loc[place - 2, "protocol"] == "thesis"
    assert "weighted | held_out" in markdown


def test_an_undefined_score_is_an_empty_cell_with_a_word(made, published, tmp_path):
    files = [made.write_run(tmp_path / "a", missing="AU6")]
    table, markdown, html = make("au_f1", [made.run_of()], files, published, tmp_path)
    held = pick(table, "held_out")
    assert np.isnan(held["AU6"])
    assert held["note"] == "AU6: no positive"
    assert "nan" not in (tmp_path / "au_f1.csv").read_text().lower()
    assert "AU6: no positive" in markdown
    assert "AU6: no positive" in html
    assert "<td></td>" in html


def test_iterations_are_whole_numbers(made, published, tmp_path):
    files = [made.write_run(tmp_path / "a")]
    make("au_f1", [made.run_of()], files, published, tmp_path)
    text = (tmp_path / "au_f1.csv").read_text()
    assert "e+0" not in text
    assert ".0," not in text


def test_bytes_repeat(made, published, tmp_path):
    files = [made.write_run(tmp_path / "a")]
    first = make("au_f1", [made.run_of()], files, published, tmp_path)
    second = make("au_f1", [made.run_of()], files, published, tmp_path)
    assert first[1:] == second[1:]


def test_runs_stand_in_the_table_of_their_outputs_whatever_their_experiment_is_called(
    made, published, tmp_path
):
    runs = [made.run_of(), made.run_of(own="au_small")]
    files = [made.write_run(tmp_path / name) for name in ("a", "b")]
    table, markdown, _ = make("au_f1", runs, files, published, tmp_path)
    held = table[table["protocol"] == "held_out"]
    assert held["experiment"].tolist() == ["au", "au_small"]
    assert "au_small: learning rate 1e-4" in markdown
    with pytest.raises(InputError, match="holds runs of 'va_mse', not of 'au'"):
        make("va_mse", runs, files, published, tmp_path)


def test_a_mean_without_some_action_units_says_so(made, published, tmp_path):
    note = "mean over 6 of 8 AUs (without AU1, AU4)"
    files = made.write_run(tmp_path / "a")
    for path, read, write in zip(
        files[::2], (read_scores, read_held_out), (write_scores, write_held_out), strict=True
    ):
        scores = read(path)
        scores.loc[scores["metric"] == "f1_mean", "note"] = note
        write(path, scores)
    table, markdown, _ = make("au_mean", [made.run_of()], [files], published, tmp_path)
    for protocol in ("best_on_test", "held_out"):
        rows = table[(table["protocol"] == protocol) & (table["run"] == made.run_of()["name"])]
        assert f"f1_mean: {note}" in rows["note"].iloc[0]
    assert markdown.count(note) == 2


def test_every_experiment_has_its_tables():
    numbers = [layout.number for layout in LAYOUTS.values()]
    assert numbers == [
        "3.15",
        "3.16",
        "3.19",
        "3.20",
        "3.21",
        "3.22",
        "3.23",
        "3.24",
        "3.25",
        "3.26",
    ]


@pytest.mark.parametrize(
    ("number", "text"), [(1e-4, "1e-4"), (1e-5, "1e-5"), (2.5e-3, "2.5e-3"), (1.0, "1e0")]
)
def test_learning_rates_are_written_as_in_the_thesis(number, text):
    assert scientific(number) == text


def refused(name, runs, files, published, tmp_path):
    with pytest.raises(InputError) as error:
        make(name, runs, files, published, tmp_path)
    assert not (tmp_path / f"{name}.csv").exists()
    return str(error.value)


def test_runs_of_different_test_sets_do_not_share_a_table(made, published, tmp_path):
    files = [
        made.write_run(tmp_path / "a"),
        made.write_run(tmp_path / "b", rates=made.base_rates / 2),
    ]
    message = refused(
        "au_f1", [made.run_of(), made.run_of(update_rate=5)], files, published, tmp_path
    )
    assert "different test sets" in message
    assert "held_out.csv" in message


def test_bad_input_is_named(made, published, tmp_path):
    files = [made.write_run(tmp_path / "a")]
    assert "did you mean 'au_f1'" in refused("au_fl", [], [], published, tmp_path)
    wrong = refused("au_f1", [made.run_of("va_mse")], files, published, tmp_path)
    assert "holds runs of 'au', not of 'va_mse'" in wrong
    missing = [(tmp_path / "none.csv", *files[0][1:])]
    assert "evaluate the run first" in refused(
        "au_f1", [made.run_of()], missing, published, tmp_path
    )
    files[0][0].write_text("iteration,set,metric,target\n\n")
    message = refused("au_f1", [made.run_of()], files, published, tmp_path)
    assert "scores.csv, line 1: is not a table of scores: no column 'value'" in message
    files[0][0].write_text("")
    assert "was truncated, or is not a table of scores" in refused(
        "au_f1", [made.run_of()], files, published, tmp_path
    )
