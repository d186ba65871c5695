"""``facemetric people remove-portraits`` as a user meets it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from facemetric.cli import app
from facemetric.errors import GalleryError
from facemetric.gallery import NewSample, SqliteGallery
from facemetric.types import Face
from facemetric.vault import read_log
from layouts.kept import kept_portrait, pieces


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["people", *map(str, words)])


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Ada with three portraits and a sample without one, Bob with none."""
    path, rng = tmp_path / "people.db", np.random.default_rng(0)
    face = Face(np.array([10, 10, 60, 60], np.float32), 0.9, np.full((5, 2), 30, np.float32))

    def sample(seed: int, *, kept: bool) -> NewSample:
        vector = rng.normal(size=8)
        made = NewSample((vector / np.linalg.norm(vector)).astype(np.float32), f"{seed}.jpg")
        return replace(made, face=face, portrait=kept_portrait(seed)) if kept else made

    with SqliteGallery(path, bundle="net", dim=8, bundle_sha256="a" * 64, flip=True) as gallery:
        gallery.enroll("Ada", [sample(seed, kept=seed < 3) for seed in range(4)])
        gallery.enroll("Bob", [sample(9, kept=False)])
    return path


@pytest.fixture
def in_file(people: Path) -> Callable[[int], bool]:
    def shows(seed: int) -> bool:
        data = b"".join(file.read_bytes() for file in people.parent.glob("people.db*"))
        return any(piece in data for piece in pieces(kept_portrait(seed)))

    return shows


def entered(log: Path) -> list[tuple[str, str | None, dict[str, int]]]:
    events = [entry.event for entry in read_log(log)][1:]
    return [(one.action, one.subject, dict(one.counts)) for one in events]


def test_one_portrait_goes_and_its_sample_stays(
    people: Path, tmp_path: Path, in_file: Callable[[int], bool]
) -> None:
    log = tmp_path / "audit.jsonl"
    with SqliteGallery(people) as gallery:
        ada, samples = gallery.person("Ada"), gallery.samples("Ada")
    shown = run("show", "Ada", "--gallery", people).stdout
    assert all(one.id in shown for one in samples)
    assert [in_file(seed) for seed in range(3)] == [True] * 3
    asked = ("remove-portraits", "Ada", "--sample", samples[1].id, "--gallery", people)
    unasked = run(*asked)
    assert unasked.exit_code == 2 and "Pass --yes" in unasked.stderr and in_file(1)
    gone = run(*asked, "--yes", "--audit", log, "--json")
    assert json.loads(gone.stdout) == {
        "schema": "facemetric.portraits-erased/1",
        "gallery": str(people),
        "person_id": ada.id,
        "sample_ids": [samples[1].id],
        "purged": True,
    }
    assert [in_file(seed) for seed in range(3)] == [True, False, True]
    with SqliteGallery(people) as gallery:
        kept = [one.has_portrait for one in gallery.samples("Ada")]
        assert kept == [True, False, True, False]
        assert gallery.check() == []
    assert entered(log) == [
        ("portrait.erase.begin", ada.id, {"portraits": 1}),
        ("portrait.erase", ada.id, {"portraits": 1, "purged": 1}),
    ]


def test_what_is_gone_is_entered_where_the_next_one_fails(
    people: Path, tmp_path: Path, in_file: Callable[[int], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "audit.jsonl"
    with SqliteGallery(people) as gallery:
        ada, samples = gallery.person("Ada"), gallery.samples("Ada")
    remove = SqliteGallery.remove_portrait

    def first_alone(self: SqliteGallery, sample_id: str, *, purge: bool) -> bool:
        if sample_id != samples[0].id:
            raise GalleryError("the disk went away")
        return remove(self, sample_id, purge=purge)

    asked = ("remove-portraits", "Ada", "--gallery", people, "--yes", "--audit", log)
    monkeypatch.setattr(SqliteGallery, "remove_portrait", first_alone)
    failed = run(*asked)
    assert failed.exit_code == 4 and "the disk went away" in failed.stderr
    assert [in_file(seed) for seed in range(3)] == [False, True, True]
    first = [
        ("portrait.erase.begin", ada.id, {"portraits": 3}),
        ("portrait.erase", ada.id, {"portraits": 1, "purged": 1}),
    ]
    assert entered(log) == first

    def purge(self: SqliteGallery) -> bool:
        raise GalleryError("no room")

    monkeypatch.undo()
    monkeypatch.setattr(SqliteGallery, "purge", purge)
    failed = run(*asked)
    assert failed.exit_code == 4 and "no room" in failed.stderr
    assert entered(log)[2:] == [
        ("portrait.erase.begin", ada.id, {"portraits": 2}),
        ("portrait.erase", ada.id, {"portraits": 2, "purged": 0}),
    ]


@pytest.mark.parametrize("command", ["remove", "remove-portraits"])
def test_a_slip_of_the_pen_begins_no_log(people: Path, tmp_path: Path, command: str) -> None:
    log = tmp_path / "audit.jsonl"
    absent = tmp_path / "absent.db"
    for who, where in (("Ada", absent), ("Carol", people)):
        refused = run(command, who, "--gallery", where, "--yes", "--audit", log)
        assert refused.exit_code == 4 and "new audit log" not in refused.output
        assert not log.exists()
    refused = run("expired", "--remove", "--gallery", absent, "--yes", "--audit", log)
    assert refused.exit_code == 4 and not log.exists()


def test_all_of_a_person_go(people: Path, in_file: Callable[[int], bool]) -> None:
    told = run("remove-portraits", "Ada", "--gallery", people, "--yes")
    assert told.exit_code == 0 and told.stdout == "Ada: 3 portraits erased\n"
    assert not any(map(in_file, range(3)))
    with SqliteGallery(people) as gallery:
        assert gallery.person("Ada").samples == 4 and gallery.stats().portraits == 0


def test_what_is_not_kept_is_named_and_nothing_goes(people: Path) -> None:
    with SqliteGallery(people) as gallery:
        samples = gallery.samples("Ada")
        (other,) = gallery.samples("Bob")
    first, without = ("--sample", samples[0].id), ("--sample", samples[3].id)
    for words, says in (
        (("Bob",), "Bob: no portrait is kept"),
        (("Ada", *first, *without), f"{samples[3].id}: no portrait is kept"),
        (("Ada", *first, "--sample", other.id), f"{other.id}: Ada has no such sample"),
        (("Carol",), "Carol"),
    ):
        refused = run("remove-portraits", *words, "--gallery", people, "--yes")
        assert refused.exit_code == 4 and says in refused.stderr, refused.output
    with SqliteGallery(people) as gallery:
        assert gallery.stats().portraits == 3


def test_the_receipt_of_a_person_counts_them(people: Path, tmp_path: Path) -> None:
    receipt = tmp_path / "receipt.json"
    gone = run("remove", "Ada", "--gallery", people, "--yes", "--receipt", receipt)
    assert gone.exit_code == 0
    assert json.loads(receipt.read_text())["portraits"] == 3
    checked = run("check-receipt", receipt, "--gallery", people)
    assert checked.exit_code == 0 and "4 samples with 3 portraits erased" in checked.stdout
