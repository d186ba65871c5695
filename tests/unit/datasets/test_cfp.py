from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.datasets import read_cfp_pairs
from facemetric.errors import DataError, InputError

# Three people with two photographs of each kind: numbers 1 2 | 3 4 | 5 6 in both lists.
SPLITS = {
    "FF/01/same": "1,2\n3,4\n",
    "FF/01/diff": "1,3\n2,6\n",
    "FF/02/same": "5,6\n",
    "FF/02/diff": "4,5\n",
    "FP/01/same": "1,1\n2,1\n",
    "FP/01/diff": "1,3\n",
}


def make(root: Path, changes: dict[str, str] | None = None) -> Path:
    files = {f"Protocol/Split/{name}.txt": text for name, text in SPLITS.items()}
    for letter, pose in (("F", "frontal"), ("P", "profile")):
        names = [f"Data/Images/{p:03d}/{pose}/{m:02d}.jpg" for p in (1, 2, 3) for m in (1, 2)]
        lines = [f"{number} ../{name}" for number, name in enumerate(names, start=1)]
        files[f"Protocol/Pair_list_{letter}.txt"] = "\n".join(lines) + "\n"
        files |= dict.fromkeys(names, "")
    for name, text in (files | (changes or {})).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def named(root: Path, protocol: str) -> list[list[str]]:
    pairs = read_cfp_pairs(root, protocol)  # type: ignore[arg-type]
    short = ["/".join(path.parts[-3:]).removesuffix(".jpg") for path in pairs.paths]
    return [[short[row] for row in pair] for pair in pairs.pairs]


def test_frontal_with_frontal(tmp_path: Path) -> None:
    pairs = read_cfp_pairs(make(tmp_path), "FF")
    assert pairs.same.tolist() == [True, True, False, False, True, False]
    assert pairs.fold.tolist() == [0, 0, 0, 0, 1, 1]
    assert pairs.folds == 2
    assert pairs.people == ("001", "001", "002", "002", "003", "003")
    assert named(tmp_path, "FF")[3] == ["001/frontal/02", "003/frontal/02"]


def test_the_second_of_fp_is_a_profile(tmp_path: Path) -> None:
    assert named(make(tmp_path), "FP") == [
        ["001/frontal/01", "001/profile/01"],
        ["001/frontal/02", "001/profile/01"],
        ["001/frontal/01", "002/profile/01"],
    ]


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("Split/FF/01/same.txt", "1;2\n", "line 1: expected two numbers with a comma"),
        ("Split/FF/01/same.txt", "1,2\n1,x\n", "line 2: expected a photograph's number"),
        ("Split/FF/01/same.txt", "1,2\n1,7\n", "line 2: photograph 7 is not among the 6"),
        ("Split/FF/01/same.txt", "0,2\n", "line 1: expected a photograph's number"),
        ("Split/FF/01/same.txt", "2,2\n", "line 1: one photograph twice"),
        ("Split/FF/01/same.txt", "1,3\n", "line 1: expected one person, got 001 and 002"),
        ("Split/FF/01/diff.txt", "1,2\n", "line 1: expected two people, got 001 and 001"),
        ("Split/FF/01/diff.txt", "", "the pair list is empty"),
        ("Split/FF/04/same.txt", "1,2\n", "expected folders 01, 02"),
        ("Pair_list_F.txt", "2 ../Data/x\n", "line 1: expected 1 and a path"),
        ("Pair_list_F.txt", "1 ../../Data/Images/1/frontal/1.jpg\n", "a path inside the set"),
        ("Pair_list_F.txt", "1 /Data/Images/1/frontal/1.jpg\n", "a path inside the set"),
        ("Pair_list_F.txt", "1 a.jpg\n", "line 1: expected …/person/pose/photo.jpg"),
    ],
)
def test_names_file_and_line(tmp_path: Path, file: str, text: str, message: str) -> None:
    make(tmp_path, {f"Protocol/{file}": text})
    with pytest.raises(DataError) as caught:
        read_cfp_pairs(tmp_path, "FF")
    assert message in str(caught.value)
    assert str(tmp_path / "Protocol") in str(caught.value)


def test_absent_parts(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"Pair_list_F.*cannot be read.*Give the folder"):
        read_cfp_pairs(tmp_path, "FF")
    make(tmp_path)
    with pytest.raises(InputError, match="expected FF or FP"):
        read_cfp_pairs(tmp_path, "PP")  # type: ignore[arg-type]
    (tmp_path / "Data/Images/002/profile/01.jpg").unlink()
    assert len(read_cfp_pairs(tmp_path, "FF")) == 6
    with pytest.raises(DataError, match=r"1 of 4 photographs are missing.*002/profile/01\.jpg"):
        read_cfp_pairs(tmp_path, "FP")


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="1269,\n /.\x00²", max_size=30), st.sampled_from(["same", "diff"]))
def test_any_text_gives_pairs_or_a_data_error(
    tmp_path_factory: pytest.TempPathFactory, text: str, kind: str
) -> None:
    root = make(tmp_path_factory.mktemp("cfp"), {f"Protocol/Split/FF/01/{kind}.txt": text})
    try:
        pairs = read_cfp_pairs(root, "FF")
    except DataError:
        return
    people = np.array(pairs.people)[pairs.pairs]
    assert ((people[:, 0] == people[:, 1]) == pairs.same).all()
