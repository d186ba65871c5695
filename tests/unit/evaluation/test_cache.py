import logging
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from facemetric.datasets import BoxedPhoto, EncodedPhoto
from facemetric.errors import DataError, InputError
from facemetric.evaluation import RowCache, cache_size, clear_cache


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    files = [tmp_path / f"{number}.txt" for number in range(7)]
    for number, path in enumerate(files):
        path.write_text(str(number))
    return files


class Counter:
    """Computes a row from each file's text, and remembers which files it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, paths: Sequence[Path]) -> dict[str, np.ndarray]:
        self.asked += [path.name for path in paths]
        values = np.array([float(path.read_text()) for path in paths], np.float32)
        return {"square": values**2, "even": values % 2 == 0}


def test_rows_come_in_order_and_are_computed_once(paths: list[Path], tmp_path: Path) -> None:
    compute, seen = Counter(), []
    cache = RowCache(
        tmp_path / "c",
        key={"v": 1},
        chunk=3,
        progress=lambda done, total: seen.append((done, total)),
    )
    rows = cache.rows(paths, compute)
    assert rows["square"].tolist() == [0, 1, 4, 9, 16, 25, 36]
    assert seen == [(0, 7), (3, 7), (6, 7), (7, 7)]
    new = tmp_path / "new.txt"
    new.write_text("new")
    assert cache.missing([*paths, new]) == [new]
    assert RowCache(tmp_path / "c", key={"v": 2}).missing(paths * 2) == paths
    again = RowCache(tmp_path / "c", key={"v": 1}).rows([paths[5], paths[0], paths[5]], compute)
    assert again["square"].tolist() == [25, 0, 25]
    assert again["even"].tolist() == [False, True, False]
    assert again["square"].dtype == np.float32
    assert len(compute.asked) == 7


def test_another_key_and_a_changed_file_are_computed(paths: list[Path], tmp_path: Path) -> None:
    compute = Counter()
    RowCache(tmp_path / "c", key={"flip": True}).rows(paths[:3], compute)
    RowCache(tmp_path / "c", key={"flip": False}).rows(paths[:3], compute)
    assert len(compute.asked) == 6
    paths[1].write_text("9")
    os.utime(paths[1], ns=(1, 1))
    rows = RowCache(tmp_path / "c", key={"flip": True}).rows(paths[:3], compute)
    assert rows["square"].tolist() == [0, 81, 4]
    assert compute.asked[6:] == ["1.txt"]


def test_content_counts_not_the_name(paths: list[Path], tmp_path: Path) -> None:
    compute = Counter()
    cache = RowCache(tmp_path / "c", key={})
    copy = tmp_path / "copy of 3.txt"
    copy.write_text("3")
    rows = cache.rows([EncodedPhoto("3 in a file", b"3"), copy, paths[3]], compute)
    assert rows["square"].tolist() == [9, 9, 9]
    assert len(compute.asked) == 1
    paths[3].touch()
    assert cache.missing(paths) == [*paths[:3], *paths[4:]]


def test_two_faces_of_one_photograph_have_two_rows(paths: list[Path], tmp_path: Path) -> None:
    faces = [BoxedPhoto(paths[2], (0, 0, side, side)) for side in (10.0, 20.0, 10.0)]
    cache = RowCache(tmp_path / "c", key={})
    rows = cache.rows(faces, lambda part: {"side": np.array([p.box_xyxy_px[2] for p in part])})
    assert rows["side"].tolist() == [10, 20, 10]
    assert cache.missing([*faces, paths[2]]) == [paths[2]]


def test_the_cache_is_private_and_can_be_cleared(paths: list[Path], tmp_path: Path) -> None:
    root = tmp_path / "c"
    RowCache(root, key={}).rows(paths, Counter())
    folders = [root, *(path for path in root.rglob("*") if path.is_dir())]
    assert len(folders) == 2
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}
    files, size_bytes = cache_size(root)
    assert files == 2 and size_bytes > 500
    clear_cache(root)
    assert not root.exists()
    clear_cache(root)
    assert cache_size(root) == (0, 0)


def test_a_stopped_run_goes_on(paths: list[Path], tmp_path: Path) -> None:
    compute = Counter()

    def stops(part: Sequence[Path]) -> dict[str, np.ndarray]:
        if paths[4] in part:
            raise KeyboardInterrupt
        return compute(part)

    cache = RowCache(tmp_path / "c", key={}, chunk=2)
    with pytest.raises(KeyboardInterrupt):
        cache.rows(paths, stops)
    assert compute.asked == [f"{number}.txt" for number in range(4)]
    assert cache.rows(paths, compute)["square"].tolist() == [0, 1, 4, 9, 16, 25, 36]
    assert compute.asked == [f"{number}.txt" for number in range(7)]
    assert not list((tmp_path / "c").rglob("*.partial"))


@pytest.mark.parametrize("damage", ["truncate", "empty", "pickle", "key", "rows", "nan"])
def test_a_damaged_segment_is_computed_again(
    paths: list[Path], tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    cache = RowCache(tmp_path / "c", key={})
    cache.rows(paths, Counter())
    (segment,) = (tmp_path / "c").rglob("*.npz")
    with np.load(segment) as stored:
        good = dict(stored)
    if damage == "truncate":
        segment.write_bytes(segment.read_bytes()[:-40])
    elif damage == "empty":
        segment.write_bytes(b"")
    elif damage == "pickle":
        np.savez(segment, **{**good, "square": np.array([{}] * 7, dtype=object)})
    elif damage == "key":
        np.savez(segment, **{**good, "__key__": np.array("other")})
    elif damage == "rows":
        np.savez(segment, **{**good, "square": good["square"][:-1]})
    else:
        np.savez(segment, **{**good, "square": good["square"] * np.nan})
    compute = Counter()
    with caplog.at_level(logging.WARNING):
        rows = cache.rows(paths, compute)
    assert rows["square"].tolist() == [0, 1, 4, 9, 16, 25, 36]
    assert len(compute.asked) == 7
    assert "is computed again" in caplog.text


def test_without_a_folder_nothing_is_kept(paths: list[Path]) -> None:
    compute = Counter()
    cache = RowCache(None, key={})
    for _ in range(2):
        assert cache.rows(paths[:2], compute)["square"].tolist() == [0, 1]
    assert len(compute.asked) == 4


def test_wrong_input(paths: list[Path], tmp_path: Path) -> None:
    cache = RowCache(tmp_path / "c", key={})
    with pytest.raises(InputError, match="at least one photograph"):
        cache.rows([], Counter())
    with pytest.raises(DataError, match="absent"):
        cache.rows([tmp_path / "absent.txt"], Counter())
    with pytest.raises(InputError, match="compute: expected 7 rows of x"):
        cache.rows(paths, lambda part: {"x": np.zeros(3)})
    with pytest.raises(InputError, match="x is not finite"):
        cache.rows(paths, lambda part: {"x": np.full(len(part), np.inf)})
    with pytest.raises(InputError, match="expected numbers"):
        cache.rows(paths, lambda part: {"x": np.array(["a"] * len(part))})
    with pytest.raises(InputError, match="at least one array"):
        cache.rows(paths, lambda part: {})
    with pytest.raises(InputError, match="chunk"):
        RowCache(None, key={}, chunk=0)
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="Set FACEMETRIC_HOME"):
        RowCache(tmp_path / "file", key={}).rows(paths, Counter())
