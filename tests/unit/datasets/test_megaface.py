import json
from pathlib import Path
from typing import Any

import pytest

from facemetric.datasets import (
    distractor_list,
    find_distractors,
    read_megaface_distractors,
    read_megaface_probes,
    read_megaface_training,
    read_noise_list,
    training_size,
)
from facemetric.errors import DataError, InputError

PROBES = {
    "path": ["Ann_Lee/Ann_Lee_1.png", "Ann_Lee/Ann_Lee_2.png", "Bob/Bob_1.png"],
    "id": ["Ann_Lee", "Ann_Lee", "Bob"],
}
DISTRACTORS = ["534/5@N00/1_1.jpg", "534/5@N00/2_1.jpg", "389/3@N07/4_13.jpg"]


def make(root: Path, probes: Any = PROBES) -> Path:
    for name in (*PROBES["path"], *DISTRACTORS):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    lists = root / "templatelists"
    lists.mkdir(exist_ok=True)
    (lists / "facescrub_features_list.json").write_text(json.dumps(probes))
    (lists / "megaface_features_list.json_10_1").write_text(json.dumps({"path": DISTRACTORS}))
    (root / "megaface_lst").write_text("\n".join(f"0\t{name}\t7" for name in DISTRACTORS) + "\n")
    (root / "noises.txt").write_text("Ann_Lee_2.jpg\n1\t534/5@N00/2_1.jpg\n")
    return root


def probe_list(root: Path) -> Path:
    return root / "templatelists" / "facescrub_features_list.json"


def test_probes(tmp_path: Path) -> None:
    photos = read_megaface_probes(probe_list(make(tmp_path)), tmp_path)
    assert photos.people == ("Ann_Lee", "Ann_Lee", "Bob")
    assert [path.relative_to(tmp_path).as_posix() for path in photos.paths] == PROBES["path"]


def test_noise_is_left_out(tmp_path: Path) -> None:
    noise = read_noise_list(make(tmp_path) / "noises.txt")
    lists = tmp_path / "templatelists"
    kept = read_megaface_distractors(distractor_list(lists, 10), tmp_path, noise=noise)
    assert [path.name for path in kept] == ["1_1.jpg", "4_13.jpg"]
    with pytest.raises(DataError, match="none of 2 people has two photographs"):
        read_megaface_probes(probe_list(tmp_path), tmp_path, noise=noise)
    (tmp_path / "noises.txt").write_text("\n".join(DISTRACTORS))
    noise = read_noise_list(tmp_path / "noises.txt")
    with pytest.raises(DataError, match="every photograph is on the noise list"):
        read_megaface_distractors(distractor_list(lists, 10), tmp_path, noise=noise)


def test_noise_need_not_be_on_disk(tmp_path: Path) -> None:
    noise = read_noise_list(make(tmp_path) / "noises.txt")
    (tmp_path / DISTRACTORS[1]).unlink()
    path = distractor_list(tmp_path / "templatelists", 10)
    assert len(read_megaface_distractors(path, tmp_path, noise=noise)) == 2
    with pytest.raises(DataError, match=r"1 of 3 photographs are missing.*2_1\.jpg"):
        read_megaface_distractors(path, tmp_path)


def test_distractors_of_both_forms(tmp_path: Path) -> None:
    json_list = distractor_list(make(tmp_path) / "templatelists", 10)
    assert read_megaface_distractors(json_list, tmp_path) == read_megaface_distractors(
        tmp_path / "megaface_lst", tmp_path
    )
    with pytest.raises(DataError, match=r"json_100_1: no such list.*10, 100, 1000"):
        distractor_list(tmp_path / "templatelists", 100)


def test_any_folder_serves(tmp_path: Path) -> None:
    make(tmp_path)
    noise = read_noise_list(tmp_path / "noises.txt")
    folders = [tmp_path / "534", tmp_path / "389"]
    assert [path.name for path in find_distractors(folders)] == ["1_1.jpg", "2_1.jpg", "4_13.jpg"]
    assert len(find_distractors(folders, noise=noise)) == 2
    with pytest.raises(DataError, match="no such file or folder"):
        find_distractors([tmp_path / "absent"])
    (tmp_path / "noises.txt").write_text("\n".join(DISTRACTORS))
    with pytest.raises(DataError, match="every photograph is on the noise list"):
        find_distractors(folders, noise=read_noise_list(tmp_path / "noises.txt"))


@pytest.mark.parametrize(
    ("probes", "message"),
    [
        ([], "expected an object with a list of paths, got list"),
        ({"path": []}, "expected a list 'path' with something in it"),
        ({"path": ["a.png"]}, "expected a list 'id'"),
        ({"path": ["a.png", "b.png"], "id": ["a"]}, "expected an id for each of 2 paths, got 1"),
        ({"path": ["a.png"], "id": [""]}, "id 0: expected an id, got nothing"),
        ({"path": ["a.png", 3], "id": ["a", "a"]}, "path 1: expected text, got int"),
        ({"path": ["a.png", "../b.png"], "id": ["a", "a"]}, "path 1: expected a path inside"),
        ({"path": ["a.png", "./a.png"], "id": ["a", "a"]}, "path 1: a.png occurs twice"),
        ({"path": ["a.png"], "id": ["a"]}, "1 of 1 photographs are missing"),
    ],
)
def test_says_what_is_wrong(tmp_path: Path, probes: Any, message: str) -> None:
    with pytest.raises(DataError) as caught:
        read_megaface_probes(probe_list(make(tmp_path, probes)), tmp_path)
    assert message in str(caught.value)
    assert "facescrub_features_list.json" in str(caught.value)


def test_no_json(tmp_path: Path) -> None:
    path = probe_list(make(tmp_path))
    for text in ("{", "[" * 100_000):
        path.write_text(text)
        with pytest.raises(DataError, match="not JSON"):
            read_megaface_probes(path, tmp_path)
    with pytest.raises(DataError, match="cannot be read"):
        read_megaface_probes(tmp_path / "absent.json", tmp_path)


def test_training_list(tmp_path: Path) -> None:
    path = make(tmp_path) / "training.txt"
    path.write_text("\n".join(PROBES["path"]))
    photos = read_megaface_training(path, tmp_path)
    assert photos.people == ("Ann_Lee", "Ann_Lee", "Bob")
    path.write_text("Bob/Bob_1.png\nBob/Bob_1.png\n")
    with pytest.raises(DataError, match=r"path 1: Bob/Bob_1\.png occurs twice"):
        read_megaface_training(path, tmp_path)
    path.write_text("loose.png\n")
    with pytest.raises(DataError, match=r"expected identity/photo\.jpg"):
        read_megaface_training(path, tmp_path)


def test_training_size() -> None:
    assert [training_size(n) for n in (0, 499_999, 500_000)] == ["small", "small", "large"]
    with pytest.raises(InputError, match="expected a number of photographs"):
        training_size(-1)
