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
    last = [*read_log(log)][-1].event
    assert (last.action, last.subject) == ("portrait.erase", ada.id)
    assert last.counts == {"portraits": 1, "purged": 1}


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
