"""Write the tables about the dataset: annotated frames, selected frames and the split."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

# Imported by their full names, so that the digest of this stage contains only these two modules.
import auva.tables.corpus as corpus
import auva.tables.corpus_pages as corpus_pages
from auva.errors import InputError, suggest
from auva.records.split import read_split
from auva.sheet import Recording
from auva.statistics.counts import count_labels, told_unlabelled
from auva.statistics.published import read_published
from auva.tables.layouts import DATASET_TABLES, SPLIT_TABLES
from auva.tables.page import write_page


def write_dataset_table(
    name: str,
    samples: Sequence[Recording],
    labels: Mapping[str, str | Path],
    split_csv: str | Path | None,
    published_yaml: str | Path,
    csv: str | Path,
    markdown: str | Path | None = None,
    html: str | Path | None = None,
) -> None:
    """Write one table about the dataset, the thesis' numbers beside ours.

    Parameters
    ----------
    name : str
        One of `DATASET_TABLES`.
    samples : sequence of Recording
        The videos with their people.
    labels : mapping of str to path
        Video id -> its label table.
    split_csv : path or None
        The split; only for the tables in `SPLIT_TABLES`.
    published_yaml : path
        resources/published/published_dataset.yaml.
    csv, markdown, html : path
        Written.

    Raises
    ------
    InputError
        For an unknown table, a file that cannot be read, a video without a label table or a set.
    """
    if name not in DATASET_TABLES:
        raise InputError(f"unknown table '{name}'{suggest(name, DATASET_TABLES)}")
    counts = count_labels(samples, labels)
    published = read_published(published_yaml)
    if name == "frames_by_reason":
        table = corpus.reason_table(counts)
        page = corpus_pages.reason_page(table)
    elif name in SPLIT_TABLES:
        if split_csv is None:
            raise InputError(f"table '{name}' needs a split")
        sets = {video: row.set for video, row in read_split(split_csv, counts.video).items()}
        people = name == "split_people"
        make = corpus.people_table if people else corpus.share_table
        table = make(counts, sets, published)
        page = (corpus_pages.people_page if people else corpus_pages.share_page)(table, published)
    else:
        videos = name == "dataset_videos"
        table = (corpus.video_table if videos else corpus.action_unit_table)(counts, published)
        show = corpus_pages.video_page if videos else corpus_pages.action_unit_page
        page = show(table, published)
    if counts.unlabelled:
        note = told_unlabelled(counts.unlabelled, len(counts.video))
        page = replace(page, notes=[*page.notes, note])
    write_page(table, page, csv, markdown, html)
