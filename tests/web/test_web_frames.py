"""Pictures of frames: exact ones, and no more memory for more videos."""

import io
import shutil
import threading

import numpy as np
import pytest
from PIL import Image
from web_support import PATIENCE

from auva.errors import InputError
from auva.records.manifest import read_manifest
from auva.video.seal import check_seal
from auva.web import frames
from auva.web.frames import AWAKE, FrameStore


def test_pictures_show_the_frames_of_the_manifest_in_any_order(converted, numbered):
    store = FrameStore(converted / "results" / "video" / "one.mp4")
    manifest = read_manifest(converted / "results" / "video" / "one.frames.csv")
    for frame in (90, 1, 45, 44, 46, 2, 90, 45):
        picture = np.asarray(Image.open(io.BytesIO(store.picture(frame))))
        assert (
            numbered(picture) == numbered(store.image(frame)) == manifest["source_frame"][frame - 1]
        )


def test_only_the_stores_used_last_keep_frames(converted, numbered):
    path = converted / "results" / "video" / "one.mp4"
    stores = [FrameStore(path) for _ in range(AWAKE + 2)]
    for store in stores:
        store.picture(30)
    assert [store._reader is None for store in stores] == [True, True, *[False] * AWAKE]
    assert [len(store._kept) for store in stores] == [0, 0, *[1] * AWAKE]
    again = np.asarray(Image.open(io.BytesIO(stores[0].picture(30))))
    assert numbered(again) == numbered(stores[-1].image(30))
    assert sum(store._reader is not None for store in stores) == AWAKE


def test_damage_of_a_large_video_is_found_while_it_is_shown(converted, tmp_path, monkeypatch):
    path = tmp_path / "one.mp4"
    shutil.copy(converted / "results" / "video" / "one.mp4", path)
    data = bytearray(path.read_bytes())
    data[-200] ^= 1  # behind the pictures, which are decoded as before
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"one\.mp4: is damaged"):
        FrameStore(path)
    monkeypatch.setattr(frames, "CHECKED_AT_ONCE", 0)
    go_on = threading.Event()

    def late(mp4):
        go_on.wait(PATIENCE)
        check_seal(mp4)

    monkeypatch.setattr(frames, "check_seal", late)
    store = FrameStore(path)
    assert store.picture(2)
    go_on.set()
    store.checking.join(PATIENCE)
    with pytest.raises(InputError, match=r"one\.mp4: is damaged"):
        store.picture(2)
