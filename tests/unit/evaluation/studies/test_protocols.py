"""A study of every protocol: whatever the parts, there is something to show level by level."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from facemetric.datasets import Photo
from facemetric.evaluation import PROTOCOLS, Embed, Embedded, Settings
from facemetric.evaluation.studies import STUDIES, run_study, study_document, study_rows, study_view
from facemetric.evaluation.task import Task
from facemetric.report.evaluation import study_page
from layouts.small import SmallTrees

from .conftest import SHAPE

FOLDERS = {
    "bin": "bin_file",
    "cfp": "cfp",
    "folder": "people_folder",
    "holdout": "people_folder",
    "ijb": "ijbc",
    "megaface": "megaface",
    "open-set": "open_set",
    "personal": "personal_photos",
    "ytf": "youtube_faces",
}


def test_every_protocol_is_tried() -> None:
    assert {*FOLDERS, "lfw"} == set(PROTOCOLS)


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_of_a_protocol(name: str, small_trees: SmallTrees) -> None:
    place: Path = getattr(small_trees, FOLDERS[name])
    task = PROTOCOLS[name](place)
    settings = Settings(replicates=100)
    result = run_study(
        STUDIES["bytes"], task, lambda change: made_up(task), settings, shape=SHAPE, levels=[1, 8]
    )
    header, rows = study_rows(result)
    assert len(header) > 1
    assert [row[0] for row in rows] == ["1", "8", "unchanged"]
    assert all(len(row) == len(header) for row in rows)
    view = study_view([result])
    assert len({figure.key for figure in view.figures}) == len(view.figures) == len(header) - 1
    page, plots = study_page(view)
    assert task.title in html.unescape(page)
    assert len(plots) == len(view.figures)
    assert study_document([result]).studied[0].unchanged.protocol == task.protocol


def made_up(task: Task) -> Embed:
    """Embeddings that agree somewhat within a person."""

    def embed(photos: Sequence[Photo]) -> Embedded:
        random = np.random.default_rng(0)
        people = task.people or tuple(map(str, range(len(photos))))
        centre = {person: random.normal(size=128) for person in sorted(set(people))}
        made = np.stack([centre[person] for person in people]) + random.normal(
            size=(len(photos), 128)
        )
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        return made.astype(np.float32), np.ones(len(photos), bool)

    return embed
