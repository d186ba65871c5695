from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from facemetric import Recognizer
from facemetric.cluster.state import GroupsFile, Joined
from facemetric.decide import manual_threshold
from facemetric.errors import GroupsError, InputError
from facemetric.jobs import by_group, group_photos, open_groups, seen_again
from facemetric.types import ItemError

pytestmark = pytest.mark.samples

THRESHOLD = manual_threshold(0.93)


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(threads=1)


@pytest.fixture
def file(recognizer: Recognizer, tmp_path: Path) -> Iterator[GroupsFile]:
    with open_groups(tmp_path / "groups.db", recognizer.bundle, THRESHOLD, seed=5) as opened:
        yield opened


def test_only_what_is_new_is_looked_at(
    recognizer: Recognizer,
    file: GroupsFile,
    samples: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no picture")
    photos = [samples["obama"], bad, tmp_path / "absent.jpg", samples["obama2"]]
    told: list[tuple[int, int]] = []
    first = group_photos(file, recognizer, photos, tell=lambda *one: told.append(one))
    assert (first.new, first.known) == (4, 0)
    assert {Path(error.item).name for error in first.errors} == {"bad.jpg", "absent.jpg"}
    assert first.joined == Joined(faces=2, joined=0, founded=1)
    assert told[-1] == (4, 4)
    again = group_photos(file, recognizer, photos)
    assert (again.new, again.known) == (2, 2) and again.joined == Joined()
    monkeypatch.setattr(Recognizer, "see_many", lambda *_: iter(()))
    assert group_photos(file, recognizer, [samples["obama"]]).known == 1
    with pytest.raises(InputError, match="a file of groups takes paths, got bytes"):
        group_photos(file, recognizer, [b"picture"])  # type: ignore[list-item]


def test_what_a_kill_left_behind_is_joined_by_the_next_run(
    recognizer: Recognizer,
    file: GroupsFile,
    samples: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    photos = [samples["obama"], samples["obama2"]]
    with pytest.raises(Killed):
        group_photos(file, recognizer, photos, tell=killed)
    result = group_photos(file, recognizer, photos)
    assert (result.new, result.known) == (1, 1)
    assert result.joined == Joined(faces=2, joined=0, founded=1)


def test_the_pictures_are_cut_again(
    recognizer: Recognizer, file: GroupsFile, samples: dict[str, Path], tmp_path: Path
) -> None:
    copy = tmp_path / "biden.jpg"
    shutil.copy(samples["biden"], copy)
    group_photos(file, recognizer, [samples["obama"], samples["obama2"], copy])
    found = by_group(file.faces())
    assert list(found) == [0, None] and [len(own) for own in found.values()] == [2, 1]
    shown = seen_again(file, recognizer.bundle, THRESHOLD)
    assert [len(group) for group in shown.groups] == [2] and len(shown.alone) == 1
    seen = recognizer.see(copy).faces[0]
    assert (shown.alone[0].seen.chip_pixels == seen.chip_pixels).mean() > 0.99
    copy.unlink()
    shown = seen_again(file, recognizer.bundle, THRESHOLD)
    assert shown.alone == () and len(shown.errors) == 1
    assert isinstance(shown.errors[0], ItemError) and "biden" in shown.errors[0].item


def test_a_file_of_other_embeddings_is_refused(file: GroupsFile, recognizer: Recognizer) -> None:
    assert file.about.seed == 5 and file.about.threshold == 0.93
    with pytest.raises(GroupsError, match="holds embeddings of flip True, not False"):
        open_groups(file.path, recognizer.bundle, THRESHOLD, flip=False)
