from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.datasets import read_lfw_pairs
from facemetric.errors import DataError

LINES = ["2\t1", "Ann\t1\t2", "Ann\t1\tBob\t1", "Bob\t1\t3", "Ann\t2\tCy\t1"]


def make(root: Path, lines: list[str] = LINES) -> Path:
    for name in ("Ann/Ann_0001", "Ann/Ann_0002", "Bob/Bob_0001", "Bob/Bob_0003", "Cy/Cy_0001"):
        path = root / f"{name}.jpg"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (root / "pairs.txt").write_text("\n".join(lines) + "\n")
    return root


def test_reads_folds_and_labels(tmp_path: Path) -> None:
    pairs = read_lfw_pairs(make(tmp_path))
    assert pairs.same.tolist() == [True, False, True, False]
    assert pairs.fold.tolist() == [0, 0, 1, 1]
    assert pairs.folds == 2
    assert pairs.people == ("Ann", "Ann", "Bob", "Bob", "Cy")
    names = [[pairs.paths[row].name for row in pair] for pair in pairs.pairs]
    assert names == [
        ["Ann_0001.jpg", "Ann_0002.jpg"],
        ["Ann_0001.jpg", "Bob_0001.jpg"],
        ["Bob_0001.jpg", "Bob_0003.jpg"],
        ["Ann_0002.jpg", "Cy_0001.jpg"],
    ]


@pytest.mark.parametrize(
    ("row", "text", "message"),
    [
        (0, "2 x", "line 1: expected two numbers"),
        (0, "0\t1", "line 1: expected two numbers"),
        (0, "3\t1", "expected 7 lines"),
        (1, "Ann\t1", "line 2: expected name, number, number with tabs"),
        (1, "Ann 1 2", "line 2: expected name"),
        (1, "Ann\t1\t1", "line 2: one photograph twice"),
        (1, "Ann\t1\t99999", "line 2: expected name"),
        (2, "Ann\t1\t2", "line 3: expected name, number, name, number"),
        (2, "Ann\t1\tAnn\t2", "line 3: one person twice"),
        (2, "Ann\t1\t../Bob\t1", "line 3: expected name"),
        (3, "Bob\t1\t4", "Bob_0004.jpg"),
    ],
)
def test_names_file_and_line(tmp_path: Path, row: int, text: str, message: str) -> None:
    lines = [*LINES]
    lines[row] = text
    with pytest.raises(DataError) as caught:
        read_lfw_pairs(make(tmp_path, lines))
    assert message in str(caught.value)
    assert "pairs.txt" in str(caught.value)


def test_absent_and_empty(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_lfw_pairs(tmp_path)
    (tmp_path / "pairs.txt").touch()
    with pytest.raises(DataError, match="an empty file"):
        read_lfw_pairs(tmp_path)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="1 2\tAB\n/.\x00", max_size=12), max_size=6))
def test_any_text_gives_pairs_or_a_data_error(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    root = make(tmp_path_factory.mktemp("lfw"), lines)
    try:
        pairs = read_lfw_pairs(root)
    except DataError:
        return
    assert len(pairs) == len(pairs.same) == len(pairs.fold) > 0


@pytest.mark.data
def test_the_real_list(data_root: Path) -> None:
    pairs = read_lfw_pairs(data_root / "lfw")
    assert len(pairs) == 6000
    assert len(pairs.paths) == 7701
    counts = np.zeros((10, 2), int)
    np.add.at(counts, (pairs.fold, pairs.same.astype(int)), 1)
    assert (counts == 300).all()
    person = np.array([path.parent.name for path in pairs.paths])
    assert ((person[pairs.pairs[:, 0]] == person[pairs.pairs[:, 1]]) == pairs.same).all()
