"""Photographs that others took the place of, between two runs."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from facemetric.bundle import open_bundle
from facemetric.jobs.embedding.changed import changed_photographs
from facemetric.jobs.embedding.folder import EmbeddingFolder, opened_folder
from facemetric.jobs.embedding.plan import Plan, make_plan
from facemetric.jobs.embedding.shard import EmbeddedShard
from facemetric.jobs.embedding.stamp import stamp_of
from facemetric.jobs.embedding.tables import ShardTables
from facemetric.recognizer import SeenPhoto
from facemetric.types import ItemError

NAMES = ("0.jpg", "1.jpg", "2.jpg", "bad.jpg")


@pytest.fixture
def run(tmp_path: Path) -> tuple[EmbeddingFolder, Plan]:
    """Two finished shards of files that were read without a face, and one that failed."""
    for number, name in enumerate(NAMES):
        (tmp_path / name).write_bytes(b"picture %d" % number)
    plan = make_plan(
        NAMES,
        open_bundle("dlib-resnet-v1"),
        shard_photos=2,
        flip=True,
        encoding="f32",
        select="all",
        min_face_px=None,
    )
    tables = ShardTables(plan, None)
    with opened_folder(tmp_path / "out") as folder:
        folder.begin(plan, replace=False)
        for shard in (0, 1):
            own = NAMES[2 * shard : 2 * shard + 2]
            rows = [(name, seen(tmp_path / name)) for name in own]
            stamps = [stamp_of(tmp_path / name) for name in own]
            faces, photos = tables.faces(shard, rows), tables.photos(shard, rows, stamps)
            folder.write(EmbeddedShard(shard, faces, photos))
        return folder, plan


def seen(path: Path) -> SeenPhoto | ItemError:
    if path.name == "bad.jpg":
        return ItemError("bad.jpg", "decode", "is cut off")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return SeenPhoto(path.name, (1, 1), digest, np.zeros((1, 1, 3), np.uint8), (), 0)


def changed(run: tuple[EmbeddingFolder, Plan], base: Path) -> dict[int, list[str]]:
    folder, plan = run
    return changed_photographs(folder, plan, NAMES, base=base, shards=folder.finished(plan))


def other_size(path: Path) -> None:
    path.write_bytes(b"another picture")


def other_bytes(path: Path) -> None:
    path.write_bytes(b"PICTURE 2")


def moved_over(path: Path) -> None:
    """One of the same size that is older."""
    new = path.with_name("new")
    new.write_bytes(b"PICTURE 2")
    os.utime(new, (1, 1))
    new.replace(path)


def touched(path: Path) -> None:
    os.utime(path, (1, 1))


@pytest.mark.parametrize("change", [other_size, other_bytes, moved_over])
def test_a_photograph_under_an_old_name_is_noticed(
    run: tuple[EmbeddingFolder, Plan], tmp_path: Path, change: Callable[[Path], None]
) -> None:
    assert changed(run, tmp_path) == {}
    os.utime(tmp_path / "2.jpg", (2, 2))  # or the clock may not have moved
    change(tmp_path / "2.jpg")
    assert changed(run, tmp_path) == {1: ["2.jpg"]}


def test_what_is_the_same_gone_or_failed_is_left(
    run: tuple[EmbeddingFolder, Plan], tmp_path: Path
) -> None:
    touched(tmp_path / "0.jpg")
    (tmp_path / "1.jpg").unlink()
    other_size(tmp_path / "bad.jpg")
    assert changed(run, tmp_path) == {}
