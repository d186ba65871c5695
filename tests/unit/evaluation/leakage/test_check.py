import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data

from facemetric.datasets import BoxedPhoto, Photo
from facemetric.errors import InputError
from facemetric.evaluation.leakage import Finding, Leakage, check_folds, check_training


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Six photographs of six places, people a … f."""
    whole = np.concatenate([skimage.data.astronaut(), skimage.data.coffee()[:, :512]])
    paths = []
    for row, name in enumerate("abcdef"):
        y, x = divmod(row, 2)
        path = tmp_path / name / f"{name}.png"
        path.parent.mkdir()
        cv2.imwrite(str(path), whole[y * 290 : y * 290 + 260, x * 250 : x * 250 + 260, ::-1])
        paths.append(path)
    return paths


def kinds(answer: Leakage) -> list[tuple[str, str, str]]:
    return [(item.kind, item.first, item.second) for item in answer.findings]


def test_clean_folds_say_what_was_compared(photos: list[Path]) -> None:
    answer = check_folds(photos, list("abcdef"), np.array([0, 0, 1, 1, 2, 2]))
    assert answer.clean
    assert answer.not_checked == ("faces and people under other names: no embeddings were given",)
    assert "checked 6 people of 3 folds by name: none found" in str(answer)
    assert "checked 6 photographs by how they look: none found" in str(answer)


def test_planted_leaks_between_folds(photos: list[Path], tmp_path: Path) -> None:
    copy, altered = tmp_path / "copy.png", tmp_path / "altered.jpg"
    copy.write_bytes(photos[0].read_bytes())
    cv2.imwrite(str(altered), cv2.imread(str(photos[1]))[:, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 50])
    every = [*photos, copy, altered]
    people = ["Ann Lee", *"bcdef", "g", "ann_lee"]
    answer = check_folds(every, people, np.array([0, 0, 1, 1, 2, 2, 1, 2]))
    there = tmp_path.name
    assert kinds(answer) == [
        ("person", "Ann Lee", "ann_lee"),
        ("file", "a/a.png", f"{there}/copy.png"),
        ("picture", "b/b.png", f"{there}/altered.jpg"),
    ]
    assert [item.where for item in answer.findings] == [
        ("fold 1", "fold 3"),
        ("fold 1", "fold 2"),
        ("fold 1", "fold 3"),
    ]
    assert answer.findings[2].note == "mirrored"
    assert "1 person of fold 1 is in fold 3 as well: Ann Lee = ann_lee" in str(answer)
    same_fold = check_folds(every, people, np.zeros(8, int))
    assert same_fold.clean


def test_a_photograph_of_several_folds_is_reported(photos: list[Path]) -> None:
    answer = check_folds(photos[:3], (), np.array([0, -1, 1]))
    assert kinds(answer) == [("file", "b/b.png", "b/b.png")]
    assert "people: they are not named" in answer.not_checked


def test_faces_and_likely_people(photos: list[Path]) -> None:
    angles = np.array([0.0, 1.0, 0.01, 2.0, 3.0, 4.0])
    vectors = np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)
    found = np.array([True] * 5 + [False])
    folds = np.array([0, 0, 1, 1, 2, 2])
    answer = check_folds(
        photos,
        list("abcdef"),
        folds,
        vectors=vectors,
        found=found,
        face_similarity=0.999,
        person_similarity=0.99,
    )
    assert kinds(answer) == [("face", "a/a.png", "c/c.png"), ("likely person", "a", "c")]
    assert "faces: 1 photograph has no face" in answer.not_checked
    apart = check_training(
        photos[:2],
        ["a", "b"],
        photos[2:],
        ["c", "d", "e", "f"],
        vectors=vectors[:2],
        training_vectors=vectors[2:],
        training_found=found[2:],
        face_similarity=0.999,
        person_similarity=0.99,
    )
    assert kinds(apart) == kinds(answer)


def test_training_names_pictures_and_numbers(photos: list[Path]) -> None:
    answer = check_training(
        photos[:3], ["Ann Lee", "7", "Bob"], photos[2:], ["x", "ann-lee", "007", "Bob"]
    )
    assert kinds(answer) == [
        ("person", "Ann Lee", "ann-lee"),
        ("person", "Bob", "Bob"),
        ("file", "c/c.png", "c/c.png"),
    ]
    assert any("have numbers" in reason for reason in answer.not_checked)
    numbered = check_training(
        photos[:1], ["7"], [photos[0].parent / "absent" / "a.png"], ["007"], shared_ids=True
    )
    assert kinds(numbered)[0] == ("person", "7", "007")
    assert numbered.findings[1].note == "by file name"
    assert [error.code for error in numbered.unreadable] == ["data"]
    assert "cannot be read" in str(numbered)


def test_a_list_of_names_is_enough(photos: list[Path]) -> None:
    answer = check_training(photos[:2], ["Ann", "Bob"], (), ["bob", "Zoe"])
    assert kinds(answer) == [("person", "Bob", "bob")]
    assert "pictures and faces: there are no training photographs" in answer.not_checked


def test_likenesses_of_strangers_are_left_out(photos: list[Path], tmp_path: Path) -> None:
    near = tmp_path / "near.jpg"
    cv2.imwrite(str(near), cv2.imread(str(photos[0])))
    both: list[Photo] = [photos[0], BoxedPhoto(near, (0.0, 0.0, 9.0, 9.0))]
    vectors = np.eye(2, dtype=np.float32)
    folds = np.array([0, 1])
    kept = check_folds(both, (), folds, vectors=vectors)
    assert [item.face_similarity for item in kept.findings] == [0.0]
    left_out = check_folds(both, (), folds, vectors=vectors, stranger_similarity=0.3)
    assert left_out.clean
    assert "(1 likenesses of different faces left out)" in str(left_out)


def test_wire_form(photos: list[Path]) -> None:
    answer = check_training(photos, list("abcdef"), photos, list("abcdef"))
    document = json.loads(answer.to_wire(most=2).model_dump_json())
    assert document["clean"] is False
    assert (document["findings_total"], len(document["findings"])) == (12, 2)
    assert document["findings"][0] == {
        "kind": "person",
        "where": ["the task", "the training data"],
        "first": "a",
        "second": "a",
        "score": 1.0,
        "face_similarity": None,
        "note": "",
    }


def test_joined_answers(photos: list[Path]) -> None:
    folds = check_folds(photos, list("abcdef"), np.arange(6))
    names = check_training(photos, list("abcdef"), (), ["A"])
    both = folds + names
    assert len(both.checked) == len(folds.checked) + len(names.checked)
    assert kinds(both) == [("person", "a", "A")]
    assert str(Leakage((), ())) == "nothing was checked"


def test_wrong_arguments(photos: list[Path]) -> None:
    with pytest.raises(InputError, match="fold_of_photo: expected int"):
        check_folds(photos, (), np.zeros(3))
    with pytest.raises(InputError, match="people: expected a person for each of 6"):
        check_folds(photos, ["a"], np.zeros(6, int))
    with pytest.raises(InputError, match="training_vectors: expected 6 rows"):
        check_training(photos, (), photos, (), training_vectors=np.eye(2, dtype=np.float32))
    with pytest.raises(InputError, match="training_found: expected bool"):
        check_training(photos, (), photos, (), training_found=np.zeros(6, int))
    with pytest.raises(InputError, match="cosine"):
        check_folds(photos, (), np.zeros(6, int), face_similarity=1.5)


def test_findings_of_one_kind_in_several_folds_are_one_line() -> None:
    found = [
        Finding("person", (f"fold {number}", "fold 9"), f"P{number}", f"P{number}", 1.0)
        for number in range(1, 6)
    ]
    lines = str(Leakage((), (*found, Finding("file", ("fold 1", "fold 2"), "a", "a", 1.0))))
    assert lines.splitlines() == [
        "5 people are in two places: fold 1 and fold 9: P1; fold 2 and fold 9: P2; "
        "fold 3 and fold 9: P3 … and 2 more",
        "1 file of fold 1 is in fold 2 as well: a",
    ]
