"""The torch dataset gives what `load` gives, in memory or from the file, in one or more workers."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

import auva.dataset
from auva.dataset.pack import pack
from auva.dataset.pytorch import TorchFaces
from auva.splits.stage import split


@pytest.fixture
def packed(make_corpus, tmp_path: Path) -> Path:
    corpus = make_corpus()
    split(corpus.samples, corpus.labels, tmp_path / "s.csv", tmp_path / "s.json", {"folds": 0}, 1)
    files = corpus.people, corpus.crops, corpus.labels
    pack(tmp_path / "s.csv", *files, tmp_path / "faces.h5", 28, {})
    return tmp_path / "faces.h5"


@pytest.mark.parametrize("in_memory", [True, False])
def test_items_are_the_loaded_faces_as_tensors(packed: Path, in_memory: bool):
    faces = TorchFaces(packed, "train", in_memory)
    every = auva.dataset.load(packed, "train")
    assert len(faces) == len(every) > 0
    for index in (0, len(faces) - 1):
        item = faces[index]
        assert item["image"].shape == (3, 28, 28)
        pixels = (item["image"].permute(1, 2, 0) + 1) * 127.5
        assert np.array_equal(pixels.round().numpy().astype(np.uint8), every.image[index])
        for name in ("au", "au_mask", "va", "va_mask"):
            assert np.array_equal(item[name].numpy(), getattr(every, name)[index])
        assert int(item["index"]) == index


@pytest.mark.parametrize("workers", [0, 1])
def test_a_loader_deals_every_face_once(packed: Path, workers: int):
    faces = TorchFaces(packed, "train", in_memory=False)
    torch.manual_seed(1)
    loader = DataLoader(faces, batch_size=16, shuffle=True, num_workers=workers)
    batches = list(loader)
    assert all(batch["image"].dtype == torch.float32 for batch in batches)
    rows = torch.cat([batch["index"] for batch in batches])
    assert sorted(rows.tolist()) == list(range(len(faces)))
