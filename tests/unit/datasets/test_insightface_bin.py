import pickle
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from facemetric.datasets import read_bin_pairs
from facemetric.errors import DataError, InputError


def pictures(count: int) -> list[bytes]:
    found = []
    for grey in range(count):
        done, data = cv2.imencode(".jpg", np.full((112, 112, 3), 10 * grey, np.uint8))
        assert done
        found.append(data.tobytes())
    return found


def python2(images: list[bytes], same: list[bool]) -> bytes:
    """What Python 2 writes with protocol 2: byte strings where Python 3 has bytes."""
    strings = b"".join(b"T" + len(data).to_bytes(4, "little") + data for data in images)
    flags = b"".join(b"\x88" if flag else b"\x89" for flag in same)
    return b"\x80\x02](" + strings + b"e](" + flags + b"e\x86."


def encode(kind: str, images: list[bytes], same: list[bool]) -> bytes:
    arrays = [np.frombuffer(data, np.uint8).reshape(-1, 1) for data in images]
    contents: dict[str, Any] = {
        "bytes, protocol 2": lambda: pickle.dumps((images, same), 2),
        "bytes, protocol 4": lambda: pickle.dumps((images, same), 4),
        "bytes, protocol 5": lambda: pickle.dumps([images, same], 5),
        "arrays, protocol 2": lambda: pickle.dumps((arrays, same), 2),
        "arrays, protocol 4": lambda: pickle.dumps((arrays, same), 4),
        "arrays, protocol 5": lambda: pickle.dumps((arrays, same), 5),
        "issame an array": lambda: pickle.dumps((images, np.array(same)), 3),
        "issame of numpy": lambda: pickle.dumps((images, list(np.array(same))), 3),
        "issame numbers": lambda: pickle.dumps((images, [int(flag) for flag in same]), 3),
        "python 2": lambda: python2(images, same),
    }
    data: bytes = contents[kind]()
    return data


@pytest.mark.parametrize(
    "kind",
    [
        *("bytes, protocol 2", "bytes, protocol 4", "bytes, protocol 5"),
        *("arrays, protocol 2", "arrays, protocol 4", "arrays, protocol 5"),
        *("issame an array", "issame of numpy", "issame numbers", "python 2"),
    ],
)
def test_every_way_of_writing(tmp_path: Path, kind: str) -> None:
    images, same = pictures(8), [True, False, False, True]
    path = tmp_path / "set.bin"
    path.write_bytes(encode(kind, images, same))
    pairs = read_bin_pairs(path, folds=3)
    assert list(pairs.images) == images
    assert pairs.pairs.tolist() == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert pairs.same.tolist() == same
    assert pairs.fold.tolist() == [0, 0, 1, 2]
    assert (len(pairs), pairs.folds, pairs.source) == (4, 3, path)


def test_folds_are_those_of_scikit_learn(tmp_path: Path) -> None:
    from sklearn.model_selection import KFold

    path = tmp_path / "set.bin"
    path.write_bytes(pickle.dumps(([b"x"] * 74, [True] * 37), 2))
    pairs = read_bin_pairs(path)
    for fold, (_, test) in enumerate(KFold(10).split(np.zeros(37))):
        assert np.flatnonzero(pairs.fold == fold).tolist() == test.tolist()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([1], "expected two lists"),
        (7, "expected two lists"),
        ((b"xy", [True]), "expected a list of pictures first"),
        (([b"x", "y"], [True]), "picture 1: expected an encoded picture, got str"),
        (([b"x", b""], [True]), "picture 1: expected an encoded picture, got no bytes"),
        (
            ([b"x", np.zeros(3, ">i4")], [True]),
            "picture 1: expected an encoded picture, got an arr",
        ),
        (([b"x", b"y"], b"z"), "expected the issame list, got bytes"),
        (([b"x", b"y"], [2]), "pair 0: expected true or false, got 2"),
        (([b"x", b"y"], [None]), "pair 0: expected true or false, got NoneType"),
        (([b"x", b"y"], [True, True]), "expected two pictures a pair, got 2 for 2 pairs"),
        (([b"x", b"y"], [True]), "expected at least 10 pairs, got 1"),
    ],
)
def test_says_what_is_wrong(tmp_path: Path, content: Any, message: str) -> None:
    path = tmp_path / "set.bin"
    path.write_bytes(pickle.dumps(content))
    with pytest.raises(DataError) as caught:
        read_bin_pairs(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_absent_damaged_and_misused(tmp_path: Path) -> None:
    path = tmp_path / "set.bin"
    with pytest.raises(DataError, match="cannot be read"):
        read_bin_pairs(path)
    path.write_bytes(pickle.dumps((pictures(2), [True]))[:-40])
    with pytest.raises(DataError, match="not a pickle of plain data"):
        read_bin_pairs(path)
    with pytest.raises(InputError, match="expected at least 1"):
        read_bin_pairs(path, folds=0)


@pytest.mark.data
def test_the_real_file(data_root: Path) -> None:
    pairs = read_bin_pairs(data_root / "insightface_small_lfw.bin")
    assert pairs.same.tolist() == [True] * 10
    assert len(pairs.images) == 20
    for data in pairs.images:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        assert image.shape == (112, 112, 3)
