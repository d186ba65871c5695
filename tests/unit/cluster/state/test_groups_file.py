from __future__ import annotations

import sqlite3
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from facemetric.cluster.state import About, Correction, GroupsFile, Joined, NewFace
from facemetric.errors import GroupsError, InputError
from facemetric.types import ChipQuality, Face

ABOUT = About("net", "0" * 64, 8, True, 0.7, "by hand")


def _vectors(people: list[int], seed: int = 0) -> np.ndarray:
    """One face each, about axes of their own."""
    rng = np.random.default_rng(seed)
    values = np.eye(8)[people] + rng.normal(size=(len(people), 8)) * 0.05
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


def _face(vector: np.ndarray) -> NewFace:
    face = Face(np.array([1, 2, 31, 42], np.float32), 0.99, np.ones((5, 2), np.float32))
    return NewFace(face, ChipQuality(30, 200, 1, 2, 3, 0.5, 0.2, 0.0), ("blurred",), vector)


def _add(file: GroupsFile, names: str, people: list[int], seed: int = 0) -> Joined:
    for name, vector in zip(names, _vectors(people, seed), strict=True):
        file.add(name, "1" * 64, [_face(vector)])
    return file.join()


def _labels(file: GroupsFile) -> dict[str, int | None]:
    return {face.name: face.label for face in file.faces()}


def _groups(file: GroupsFile) -> set[str]:
    found: defaultdict[object, str] = defaultdict(str)
    for name, label in _labels(file).items():
        found[name if label is None else label] += name
    return set(found.values())


@pytest.fixture
def file(tmp_path: Path) -> GroupsFile:
    return GroupsFile(tmp_path / "groups.db", ABOUT)


def test_photographs_join_and_found_groups(file: GroupsFile, tmp_path: Path) -> None:
    assert _add(file, "abcde", [0, 0, 0, 1, 2]) == Joined(faces=5, joined=0, founded=1)
    assert _groups(file) == {"abc", "d", "e"}
    assert file.join() == Joined()
    before = _labels(file)
    file.close()
    with GroupsFile(tmp_path / "groups.db") as again:
        # To the group, to one that was alone, two of somebody new.
        assert _add(again, "fghi", [0, 1, 3, 3], seed=1) == Joined(faces=4, joined=1, founded=2)
        assert _groups(again) == {"abcf", "dg", "e", "hi"}
        assert _labels(again)["a"] == before["a"] == 0
        assert len(again) == 9
        assert again.about.threshold == 0.7


def test_what_was_added_is_kept(file: GroupsFile) -> None:
    vectors = _vectors([0, 0, 1])
    file.add("two", "2" * 64, [_face(vectors[0]), _face(vectors[2])])
    file.add("none", "3" * 64, [])
    assert file.digest("two") == "2" * 64 and file.digest("none") == "3" * 64
    assert file.digest("absent") is None
    faces = list(file.faces())
    assert [face.name for face in faces] == ["two", "two#2"]
    assert faces[0].quality.sharpness == 200 and faces[0].problems == ("blurred",)
    assert faces[0].face.box_xyxy_px.tolist() == [1, 2, 31, 42]
    # Another picture under the same name takes its place.
    file.add("two", "4" * 64, [_face(vectors[1])])
    assert [face.name for face in file.faces()] == ["two"] and len(file) == 1


def test_corrections_hold_in_every_later_run(file: GroupsFile) -> None:
    _add(file, "abcd", [0, 0, 1, 1])
    file.correct("a", "c", same=True)
    assert _groups(file) == {"abcd"}
    file.correct("a", "b", same=False)
    assert _groups(file) in ({"acd", "b"}, {"ac", "b", "d"})
    for seed in (1, 2):
        _add(file, "ef" if seed == 1 else "gh", [0, 1], seed)
        labels = _labels(file)
        assert labels["a"] == labels["c"] is not None and labels["a"] != labels["b"]
    file.regroup()
    labels = _labels(file)
    assert labels["a"] == labels["c"] is not None and labels["a"] != labels["b"]
    assert file.corrections() == (Correction("a", "b", False), Correction("a", "c", True))
    file.withdraw("b", "a")
    file.withdraw("a", "c")
    file.regroup()
    assert _groups(file) == {"abeg", "cdfh"}


def test_a_contradiction_names_the_chain(file: GroupsFile) -> None:
    _add(file, "abcd", [0, 0, 0, 0])
    file.correct("a", "b", same=True)
    file.correct("c", "b", same=True)
    with pytest.raises(GroupsError, match=r"a: cannot be another person than c: .* a = b = c"):
        file.correct("a", "c", same=False)
    file.correct("d", "a", same=False)
    said, groups = file.corrections(), _groups(file)
    with pytest.raises(GroupsError, match=r"d: cannot be one person with c: then .*different"):
        file.correct("d", "c", same=True)
    assert file.corrections() == said and _groups(file) == groups
    # The same pair again replaces what was said of it.
    file.correct("a", "d", same=True)
    assert _groups(file) == {"abcd"}


def test_names_that_are_none(file: GroupsFile) -> None:
    vectors = _vectors([0, 1])
    file.add("a#2", "1" * 64, [_face(vectors[0])])
    file.add("a", "1" * 64, [_face(vectors[0]), _face(vectors[1])])
    file.join()
    file.correct("a#2", "a", same=True)  # the photograph called a#2
    with pytest.raises(GroupsError, match="b: is no photograph of these groups"):
        file.correct("a", "b", same=True)
    with pytest.raises(GroupsError, match="a#3: has 2 faces"):
        file.correct("a", "a#3", same=True)
    with pytest.raises(GroupsError, match="a: is the same face as itself"):
        file.correct("a", "a", same=False)
    with pytest.raises(GroupsError, match="a: nothing was said of it and a#2"):
        file.correct("a", "a#2", same=True)
        file.withdraw("a", "a#2")
        file.withdraw("a", "a#2")


def test_what_is_forgotten_is_gone_from_the_file(file: GroupsFile, tmp_path: Path) -> None:
    _add(file, "abc", [0, 0, 0])
    secret = "a-name-that-nobody-else-has"
    vector = _vectors([0], 5)[0]
    file.add(secret, "5" * 64, [_face(vector)])
    file.join()
    file.correct("a", secret, same=True)
    data = (tmp_path / "groups.db").read_bytes()
    assert secret.encode() in data and vector.tobytes() in data
    file.forget(secret)
    data = (tmp_path / "groups.db").read_bytes()
    assert secret.encode() not in data and vector.tobytes() not in data
    assert file.corrections() == () and _groups(file) == {"abc"}
    with pytest.raises(GroupsError, match="is no photograph"):
        file.forget(secret)


def test_another_threshold_needs_all_anew(file: GroupsFile) -> None:
    _add(file, "abc", [0, 0, 1])
    file.regroup(threshold=(-0.5, "looser"))
    assert _groups(file) == {"abc"} and file.about.threshold_source == "looser"
    file.regroup(threshold=(0.7, "as before"))
    assert _groups(file) == {"ab", "c"} and _labels(file)["a"] == 0


def test_files_that_cannot_be_used(file: GroupsFile, tmp_path: Path) -> None:
    with pytest.raises(GroupsError, match="there is no such file"):
        GroupsFile(tmp_path / "absent.db")
    with pytest.raises(GroupsError, match="expected a file"):
        GroupsFile(tmp_path, ABOUT)
    with pytest.raises(GroupsError, match="expected a file"):
        GroupsFile(tmp_path / "no" / "folder.db", ABOUT)
    (tmp_path / "text").write_text("no database, but long enough to be told from one" * 40)
    with pytest.raises(GroupsError, match="cannot be used: file is not a database"):
        GroupsFile(tmp_path / "text", ABOUT)
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE things (one)")
    other.close()
    with pytest.raises(GroupsError, match="is no file of groups"):
        GroupsFile(tmp_path / "other.db", ABOUT)
    with pytest.raises(GroupsError, match="holds embeddings of flip True, not False"):
        GroupsFile(tmp_path / "groups.db", About("net", "0" * 64, 8, False, 0.7, ""))
    later = sqlite3.connect(tmp_path / "groups.db")
    later.execute("PRAGMA user_version = 9")
    later.close()
    with pytest.raises(GroupsError, match=r"later version of facemetric \(9"):
        GroupsFile(tmp_path / "groups.db", ABOUT)
    with pytest.raises(InputError, match="expected"):
        file.add("a", "0" * 64, [_face(np.ones(7, np.float32))])


def test_a_file_that_is_being_written(
    file: GroupsFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("facemetric.cluster.state.connection.TIMEOUT_S", 0.01)
    busy = sqlite3.connect(tmp_path / "groups.db", isolation_level=None)
    with GroupsFile(tmp_path / "groups.db") as second:
        busy.execute("BEGIN IMMEDIATE")
        with pytest.raises(GroupsError, match="is being written by another process"):
            second.add("a", "0" * 64, [])
        busy.execute("ROLLBACK")
        second.add("a", "0" * 64, [])
    busy.close()


@settings(deadline=None, max_examples=12)
@given(people=st.lists(st.integers(0, 5), min_size=1, max_size=20), data=st.data())
def test_in_parts_as_at_once(people: list[int], data: st.DataObject) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        parts = GroupsFile(Path(folder) / "parts.db", ABOUT)
        for place, vector in enumerate(_vectors(people)):
            parts.add(str(place), "0" * 64, [_face(vector)])
            if data.draw(st.booleans()):
                parts.join()
        parts.join()
        found = [
            -1 - place if face.label is None else face.label
            for place, face in enumerate(parts.faces())
        ]
        assert adjusted_rand_score(people, found) == 1.0
        parts.close()


@pytest.mark.parametrize(
    ("data", "what"),
    [(b"\0" * 12, "12 bytes, wanted 32"), (b"\0" * 3, "3 bytes"), (b"\xff" * 32, "not finite")],
)
def test_a_damaged_embedding_is_named(file: GroupsFile, data: bytes, what: str) -> None:
    vectors = _vectors([0, 0, 1])
    file.add("two.jpg", "2" * 64, [_face(vectors[0]), _face(vectors[1])])
    file.add("one.jpg", "3" * 64, [_face(vectors[2])])
    file.join()
    file._store.rows("UPDATE faces SET vector = ? WHERE place = 2", data)
    for work in (file.regroup, lambda: file.correct("two.jpg", "one.jpg", same=True)):
        with pytest.raises(
            GroupsError, match=f"the embedding of two.jpg#2 is damaged: {what}"
        ) as no:
            work()
        assert no.value.item == str(file.path)
    file.forget("two.jpg")  # what the error advises
    file.add("two.jpg", "2" * 64, [_face(vectors[0]), _face(vectors[1])])
    assert file.join().faces == 2


def test_a_threshold_that_another_process_set_counts(file: GroupsFile) -> None:
    _add(file, "ab", [0, 1])
    with GroupsFile(file.path) as other:
        other.regroup(threshold=(-0.9, "by hand"))  # everybody is one person by it
    assert _add(file, "c", [2]) == Joined(faces=1, joined=1, founded=0)
    assert file.about.threshold == -0.9 and _groups(file) == {"abc"}


def test_other_damage_is_named(file: GroupsFile) -> None:
    file.add("one.jpg", "3" * 64, [_face(_vectors([0])[0])])
    file._store.rows("UPDATE faces SET face = '{'")
    with pytest.raises(GroupsError, match=r"what is kept of one\.jpg is damaged") as caught:
        list(file.faces())
    assert caught.value.item == str(file.path) and "Restore a copy" in str(caught.value.fix)
    file._store.rows("DELETE FROM about")
    file.close()
    with pytest.raises(GroupsError, match="does not say what it is for"):
        GroupsFile(file.path)


def test_a_write_that_a_reader_held_up_can_be_tried_again(file: GroupsFile) -> None:
    one = _face(_vectors([0])[0])
    file._store._connection.execute("PRAGMA busy_timeout = 10")
    reader = sqlite3.connect(file.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM faces").fetchall()
    with pytest.raises(GroupsError, match="another process"):
        file.add("one.jpg", "1" * 64, [one])
    reader.execute("COMMIT")
    reader.close()
    file.add("one.jpg", "1" * 64, [one])
    assert len(file) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such modes there")
def test_a_new_file_is_for_its_owner_alone(file: GroupsFile) -> None:
    assert file.path.stat().st_mode & 0o077 == 0


def test_a_full_disk_is_told_as_one(file: GroupsFile) -> None:
    connection = file._store._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 1}")
    one = _face(_vectors([0])[0])
    with pytest.raises(GroupsError, match="Make room"):
        for number in range(100):
            file.add(f"{number}.jpg", "1" * 64, [one])
    assert len(file) > 0
