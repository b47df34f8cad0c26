import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from auva.alignment.labels import align
from auva.errors import InputError
from auva.records.manifest import MANIFEST, TIMESTAMPS
from auva.records.table import write_table
from auva.records.track import track_writer
from auva.units import THESIS_NAMES

SOURCE_RATE = 25
CFG = {"max_extension": 2, "max_gap_seconds": 0.2}


class Scene:
    """One second of video at 25 fps with its manifest, track and annotations."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source = np.arange(25) / SOURCE_RATE
        self.at = np.arange(30) / 30
        shown = np.abs(self.at[:, None] - self.source[None, :]).argmin(axis=1)
        manifest = pd.DataFrame(
            {
                "frame": range(1, 31),
                "time": self.at,
                "source_frame": shown,
                "source_time": self.source[shown],
            }
        )
        write_table(folder / "v.frames.csv", list(MANIFEST), manifest, "%.6f")
        stamps = pd.DataFrame({"source_frame": range(25), "source_time": self.source})
        stamps["player_time"] = self.source
        write_table(folder / "v.source.csv", list(TIMESTAMPS), stamps, "%.6f")
        self.track(["face"] * 20 + ["none"] * 10)

    def track(self, status: list[str]) -> None:
        with track_writer(self.folder / "v.track.csv") as write:
            for one in status:
                if one == "face":
                    write("only candidate", 1, 2.0, (10, 5, 40, 35))
                else:
                    write("no detection", 0)

    def au(self, present: dict[int, int], rows: int = 30, name: str = "au.txt") -> Path:
        """Frame -> column of the one Action Unit that is present."""
        lines = []
        for frame in range(1, rows + 1):
            bits = [int(present.get(frame) == unit) for unit in range(8)]
            lines.append(" ".join([str(frame), *(f"{bit} {bit}" for bit in bits)]))
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n")
        return path

    def va(self, values: np.ndarray, name: str = "va.txt") -> Path:
        lines = [f"{v:.6f},{a:.6f}" for v, a in values]
        path = self.folder / name
        path.write_text("\n".join(["valence,arousal", *lines]) + "\n")
        return path

    def run(self, au: list[Path], va: list[Path], **options) -> tuple[pd.DataFrame, dict]:
        out = self.folder / "labels.csv", self.folder / "labels.json"
        manifest, track = self.folder / "v.frames.csv", self.folder / "v.track.csv"
        align("v", manifest, track, au, va, *out, CFG, **options)
        return pd.read_csv(out[0]), json.loads(out[1].read_text())


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def line(times: np.ndarray) -> np.ndarray:
    return np.stack([0.8 * times, -0.5 * times], axis=1)


def test_labels_meet_the_frames_on_time(scene: Scene) -> None:
    labels, report = scene.run([scene.au({1: 0, 21: 7})], [scene.va(line(scene.source))])
    assert labels.columns.tolist() == [
        *("frame", *THESIS_NAMES, "valence", "arousal", "status", "reason", "selected"),
        *(f"{name}_intensity" for name in THESIS_NAMES),
    ]
    assert labels["frame"].tolist() == list(range(1, 31))
    inside = scene.at <= scene.source[-1]
    assert labels["valence"][inside].to_numpy() == pytest.approx(0.8 * scene.at[inside], abs=1e-5)
    assert labels["arousal"][inside].to_numpy() == pytest.approx(-0.5 * scene.at[inside], abs=1e-5)
    assert labels["AU1"].tolist() == [1] + [0] * 29
    assert labels["AU25"].tolist() == [0] * 20 + [1] + [0] * 9
    assert report["source_frames"] == 25
    assert report["converted_frames"] == 30
    assert report["largest_time_error_ms"] == 20.0
    assert report["au"] == [
        {
            "file": "au.txt",
            "frames_of": "converted",
            "rows": 30,
            "extended": 0,
            "cropped": 0,
            "left_out": [],
            "other_units": {},
            "read_as": [],
        }
    ]


def test_every_frame_has_one_reason_and_they_add_up(scene: Scene) -> None:
    labels, report = scene.run([scene.au({1: 0, 2: 3, 25: 7})], [])
    assert labels["selected"].tolist() == [1, 1] + [0] * 28
    assert labels["reason"].tolist() == (
        ["only candidate"] * 2 + ["no Action Unit"] * 18 + ["no detection"] * 10
    )
    assert report["frames_by_reason"] == {
        "no Action Unit": 18,
        "no detection": 10,
        "only candidate": 2,
    }
    assert report["selected"] == 2
    assert labels["valence"].isna().all()


def test_every_known_face_is_selected_when_asked_for(scene: Scene) -> None:
    """Labels of affect alone suffice; a face without any label, or no face, is left out."""
    values = np.full((25, 2), 0.5)
    values[:5] = -5
    va = scene.va(values)
    usual, _ = scene.run([], [va])
    table, report = scene.run([], [va], keep_frames_without_au=True)
    assert usual["selected"].sum() == 0
    known = table["valence"].notna() & (table["status"] == "face")
    assert 0 < known.sum() < 20
    assert (table["selected"] == known).all()
    assert report["selected"] == known.sum()
    table, _ = scene.run([scene.au({1: 0})], [], keep_frames_without_au=True)
    assert (table["selected"] == (table["status"] == "face")).all()


def test_a_video_without_annotations_or_faces(scene: Scene) -> None:
    scene.track(["none"] * 30)
    labels, report = scene.run([], [])
    assert labels["selected"].sum() == 0
    assert labels[list(THESIS_NAMES)].isna().all(axis=None)
    assert report["frames_by_reason"] == {"no detection": 30}
    scene.track(["face"] * 30)
    assert set(scene.run([], [])[0]["reason"]) == {"not labelled"}


@pytest.mark.parametrize(("rows", "extended", "cropped"), [(28, 2, 0), (29, 1, 0), (32, 0, 2)])
def test_action_units_are_extended_or_cropped(
    scene: Scene, rows: int, extended: int, cropped: int
) -> None:
    labels, report = scene.run([scene.au(dict.fromkeys(range(25, rows + 1), 2), rows)], [])
    assert labels["AU4"].tolist() == [0] * 24 + [1] * 6
    assert (report["au"][0]["extended"], report["au"][0]["cropped"]) == (extended, cropped)


@pytest.mark.parametrize("rows", [23, 24, 26, 27])
def test_valence_and_arousal_are_extended_or_cropped(scene: Scene, rows: int) -> None:
    times = np.arange(rows) / SOURCE_RATE
    labels, report = scene.run([], [scene.va(line(times))])
    within = scene.at <= min(times[-1], scene.source[-1])
    assert labels["valence"][within].to_numpy() == pytest.approx(0.8 * scene.at[within], abs=1e-5)
    assert labels["valence"].notna().all()
    entry = report["va"][0]
    assert entry["rows"] + entry["extended"] - entry["cropped"] == 25


@pytest.mark.parametrize("rows", [22, 28])
def test_larger_differences_are_errors_with_both_counts(scene: Scene, rows: int) -> None:
    with pytest.raises(InputError, match=rf"va\.txt: {rows} rows for 25 frames of the original"):
        scene.run([], [scene.va(np.zeros((rows, 2)))])
    with pytest.raises(InputError, match=r"au\.txt: 33 rows for 30 frames of the converted"):
        scene.run([scene.au({}, 33)], [])
    assert not (scene.folder / "labels.csv").exists()
    assert not (scene.folder / "labels.json").exists()


def test_unlabelled_stretches_stay_unlabelled(scene: Scene) -> None:
    values = line(scene.source)
    values[5:15] = -5  # Aff-Wild2's mark
    labels, _ = scene.run([], [scene.va(values)])
    empty = labels["valence"].isna().to_numpy()
    assert empty.any()
    assert not empty[scene.at <= scene.source[4]].any()
    assert not empty[scene.at >= scene.source[15]].any()
    assert empty[(scene.at > scene.source[5]) & (scene.at < scene.source[14])].all()


def test_several_annotators_agree_by_majority_and_mean(scene: Scene) -> None:
    au = [scene.au({1: 0, 2: 0}, name="a.txt"), scene.au({1: 0}, name="b.txt")]
    au.append(scene.au({1: 0, 3: 0}, name="c.txt"))
    va = [scene.va(np.full((25, 2), x), f"{x}.txt") for x in (0.2, 0.6)]
    labels, report = scene.run(au, va, va_weights=[3, 1])
    assert labels["AU1"].tolist() == [1] + [0] * 29
    assert labels["valence"].to_numpy() == pytest.approx(0.3, abs=1e-6)
    assert [entry["file"] for entry in report["au"]] == ["a.txt", "b.txt", "c.txt"]


def test_bytes_repeat(scene: Scene) -> None:
    au, va = [scene.au({1: 0})], [scene.va(line(scene.source))]
    out = scene.folder / "labels.csv", scene.folder / "labels.json"
    scene.run(au, va)
    first = [path.read_bytes() for path in out]
    scene.run(au, va)
    assert [path.read_bytes() for path in out] == first
    assert str(scene.folder) not in out[1].read_text()


def test_tables_of_another_video(scene: Scene) -> None:
    scene.track(["face"] * 29)
    with pytest.raises(InputError, match=r"v\.track\.csv: has 29 frames, but the manifest has 30"):
        scene.run([], [])


def test_unknown_settings(scene: Scene) -> None:
    with pytest.raises(InputError, match="did you mean 'max_extension'"):
        align("v", "m.csv", "t.csv", [], [], "o.csv", "o.json", {"max_extensions": 3})


def test_tables_with_layouts_and_sparse_frames_meet_the_frames(scene: Scene) -> None:
    fex = scene.folder / "fex.csv"
    rows = [f"{frame},0.9,{0.2 + 0.4 * (frame > 9)},0.1" for frame in range(5, 20)]
    fex.write_text("\n".join(["frame,FaceScore,AU01,AU43", *rows, ""]))
    trace = scene.folder / "trace.csv"
    trace.write_text("".join(f"{40 * k};{k}\n" for k in range(26)))
    labels, report = scene.run(
        [fex],
        [trace],
        au_layouts=["threshold=0.6"],
        va_layouts=["header=0, time=1, unit=ms, scale=0:25, valence=2"],
    )
    shown = pd.read_csv(scene.folder / "v.frames.csv")["source_frame"]
    expected = [np.nan if not 5 <= k < 20 else float(k > 9) for k in shown]
    np.testing.assert_array_equal(labels["AU1"], expected)
    assert labels["AU2"].isna().all()
    np.testing.assert_allclose(labels["valence"], 2 * scene.at - 1, atol=1e-6)
    assert labels["arousal"].isna().all()
    (au,), (va,) = report["au"], report["va"]
    assert au["read_as"] == ["present from a probability of 0.6 on"]
    assert au["left_out"] == ["columns AU43", "10 frames without a row, which are not labelled"]
    assert (au["frames_of"], au["rows"], va["frames_of"]) == ("original", 25, "converted")


def test_units_beyond_the_list_are_counted_on_the_frames_of_the_dataset(scene: Scene, caplog):
    """AU5 is present in the first 10 of 25 original frames, AU9 nowhere."""
    table = scene.folder / "au.csv"
    rows = [f"{k % 2},{int(k < 10)},0" for k in range(25)]
    table.write_text("\n".join(["AU1,AU5,AU9", *rows, ""]))
    _, report = scene.run([table], [])
    shown = pd.read_csv(scene.folder / "v.frames.csv")["source_frame"]
    assert report["au"][0]["other_units"] == {"AU5": int((shown < 10).sum())}
    assert "au.csv: frames with Action Units beyond action_units: AU5 in 12" in caplog.text
    _, report = scene.run([table], [], action_units=(1, 5))
    assert report["au"][0]["other_units"] == {}


def test_what_is_wrong_beyond_the_list_stops_nothing(scene: Scene, caplog):
    path = scene.folder / "au.csv"
    head = "Time,Media file path,Total length,FPS,Subject,Behavior,Modifiers,Comment,Status"
    lines = ["0.1,v.mp4,1.0,25.0,,AU1,,,START", "0.2,v.mp4,1.0,25.0,,AU7,9,,START"]
    lines += ["0.5,v.mp4,1.0,25.0,,AU1,,,STOP", "0.6,v.mp4,1.0,25.0,,AU7,9,,STOP"]
    path.write_text("\n".join([head, *lines, ""]))
    labels, report = scene.run([path], [])
    assert labels["AU1"].sum() > 0
    assert report["au"][0]["other_units"] == {}
    assert "Action Units beyond action_units were not counted" in caplog.text


def test_a_frame_beyond_the_video_is_refused(scene: Scene) -> None:
    fex = scene.folder / "fex.csv"
    fex.write_text("frame,FaceScore,AU01\n3,1,1\n40,1,1\n")
    with pytest.raises(InputError, match="41 rows for 25 frames of the original video"):
        scene.run([fex], [])
    trace = scene.folder / "trace.csv"
    trace.write_text("t;v\n0;0\n1000;0\n")
    layout = "time=t, unit=s, scale=-1:1, valence=v"
    with pytest.raises(InputError, match="30000 rows for 30 frames of the converted video"):
        scene.run([], [trace], va_layouts=[layout])
