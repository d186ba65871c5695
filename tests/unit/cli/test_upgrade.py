"""``facemetric gallery upgrade`` on made-up networks: asked, refused, resumed, undone."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from facemetric.bundle import open_bundle
from facemetric.bundle.folders import imported_folder
from facemetric.cli import app
from facemetric.decide import threshold_for
from facemetric.errors import BundleMismatchError, FacemetricError
from facemetric.gallery import Gallery
from facemetric.jobs.upgrading import convert, fit_and_measure
from facemetric.vault import key_from_file
from layouts.made_up import write_people
from layouts.postgres import postgres_address
from layouts.two_networks import enrolled, import_networks, seen

NAME = "new-net.from-old-net"


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A gallery ``people.db``, photographs in ``photos``, and two bundles of their own home."""
    monkeypatch.setenv("FACEMETRIC_HOME", str(tmp_path / "home"))
    old, _ = import_networks()
    sha = old.manifest.model.sha256
    enrolled(tmp_path / "people.db", seen(9, 2, seed=5), bundle_sha256=sha).close()
    write_people(tmp_path / "photos", {"a": 2, "b": 1})
    shared = seen(120, 4)
    monkeypatch.setattr("facemetric.cli.gallery.upgrading._shared", lambda *_, **__: shared)
    quick = partial(fit_and_measure, replicates=20)
    monkeypatch.setattr("facemetric.jobs.upgrading.fit_and_measure", quick)
    return tmp_path


def run(at: Path, *words: object, target: object = None) -> Result:
    where = at / "new.db" if target is None else target
    given = ("gallery", "upgrade", at / "people.db", where, "--to", "new-net", *words)
    return CliRunner().invoke(app, list(map(str, given)))


def upgrade(at: Path, *words: object, code: int = 0, **options: object) -> dict[str, Any]:
    given = ("--photos", at / "photos", "--adaptor", "ridge", "--most-loss", "0.1", "--json")
    result = run(at, *given, *words, **options)
    assert result.exit_code == code, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def content(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_dry_run_measures_and_changes_nothing(at: Path) -> None:
    before = content(at / "people.db")
    document = upgrade(at, "--dry-run")
    assert document["schema"] == "facemetric.gallery-upgrade/1" and document["dry_run"]
    report = document["report"]
    assert report["adaptor"] == "ridge" and report["loss"] < 0.1
    assert [one["pairs"] for one in report["comparisons"]] == ["old-old", "new-new", "new-old"]
    assert document["people"] is None and document["checksum"] is None
    shown = run(at, "--photos", at / "photos", "--adaptor", "ridge", "--dry-run").output
    for part in ("new – mapped", "judged on    36 others", "decides", "nothing was changed"):
        assert part in shown
    assert not (at / "new.db").exists() and not imported_folder(NAME).exists()
    assert content(at / "people.db") == before


def test_everyone_goes_over_and_the_old_gallery_stays_as_it_was(at: Path) -> None:
    before = content(at / "people.db")
    document = upgrade(at, "--yes")
    assert (document["people"], document["samples"], document["mapped"]) == (9, 18, 18)
    assert document["embedded"] == 0 and document["not_at_hand"] == {"not there": 18}
    assert document["bundle"] == NAME
    assert content(at / "people.db") == before  # to go back is to use it

    bundle = open_bundle(NAME)
    (point,) = [one for one in document["report"]["thresholds"]["both"] if one["far"] == 1e-3]
    assert threshold_for(bundle.manifest, far=1e-3, flip=True).similarity == point["similarity"]
    with pytest.raises(BundleMismatchError):
        Gallery.open(at / "new.db", bundle="new-net")
    with Gallery.open(at / "new.db", bundle=NAME, read_only=True) as new:
        assert {one.mapped_from for one in new.samples()} == {"old-net"}
        assert new.groups() == {"staff": 9}
    shown = CliRunner().invoke(
        app, ["people", "show", "p000", "--gallery", str(at / "new.db"), "--json"]
    )
    assert json.loads(shown.stdout)["samples"][0]["mapped_from"] == "old-net"
    whole = CliRunner().invoke(app, ["gallery", "show", "--gallery", str(at / "new.db")])
    assert "  mapped        18 samples, by an upgrade from old-net\n" in whole.stdout


def test_interrupted_and_called_again(at: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert, "CHUNK_PEOPLE", 4)
    with monkeypatch.context() as patch:
        restored: list[int] = []

        def fail(*given: object) -> None:
            restored.append(1)
            raise KeyboardInterrupt

        patch.setattr(convert, "_compared", fail)
        assert run(at, "--photos", at / "photos", "--accept", "--yes").exit_code != 0
        assert restored
    assert imported_folder(NAME).is_dir()
    monkeypatch.setattr(  # what was learnt is kept: nothing is embedded or fitted again
        "facemetric.cli.gallery.upgrading._shared", lambda *_, **__: pytest.fail("fitted again")
    )
    again = run(at, "--photos", at / "photos", "--accept", "--yes")
    assert again.exit_code == 0 and "0 of them new" in again.output
    assert "goes on with the map" in again.output

    other = run(at, "--photos", at / "photos", "--accept", "--yes", "--seed", "1")
    assert other.exit_code == 4 and "another upgrade, with another seed" in other.output
    (imported_folder(NAME) / "adaptor.npz").write_bytes(b"PK nothing")
    damaged = run(at, "--photos", at / "photos", "--accept", "--yes")
    assert damaged.exit_code == 4 and "is damaged" in damaged.output


def test_a_loss_is_refused_unless_accepted(at: Path) -> None:
    document = upgrade(at, "--yes", "--adaptor", "procrustes", "--most-loss", "0", code=4)
    assert "less accurate than the weaker bundle" in document["error"]["cause"]
    assert "--accept" in document["error"]["fix"]
    assert not (at / "new.db").exists() and not imported_folder(NAME).exists()
    assert upgrade(at, "--yes", "--most-loss", "0", "--accept")["people"] == 9


def test_nothing_is_changed_without_a_word(at: Path) -> None:
    result = run(at, "--photos", at / "photos", "--accept", "--adaptor", "ridge")
    assert result.exit_code == 2 and "Pass --yes" in result.output
    assert not (at / "new.db").exists()


def test_into_a_server(at: Path) -> None:
    address = postgres_address()
    document = upgrade(at, "--yes", "--name", "elsewhere", target=address)
    assert document["mapped"] == 18 and document["bundle"] == "elsewhere"
    with Gallery.open(address, create=False) as new:
        assert new.bundle == "elsewhere" and len(new) == 9
        assert {one.mapped_from for one in new.samples()} == {"old-net"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--to", "old-net"), "There is nothing to upgrade"),
        (("--to", "no-such"), "no such bundle"),
        (("--from", "new-net"), "holds embeddings of bundle 'old-net'"),
        (("--photos", "nowhere"), "not a folder"),
        (("--photos", "photos", "--adaptor", "identity"), "was not trained to be compared"),
        (("--photos", "photos", "--adaptor", "rigde"), "Did you mean"),
        (("--photos", "photos", "--name", "dlib-resnet-v1"), "built-in bundle's name"),
        (("--photos", "photos", "--name", "old-net"), "taken by another kind of bundle"),
        ((), "samples without a photograph or portrait at hand: 18"),
    ],
)
def test_what_cannot_be_done(
    at: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(at)
    before = content(at / "people.db")
    result = run(at, *words, "--yes")
    assert result.exit_code == 4, result.output
    assert message in " ".join(result.output.split())
    assert not (at / "new.db").exists() and content(at / "people.db") == before


def test_the_old_gallery_is_refused_before_anything_else(
    at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (at / "link.db").symlink_to(at / "people.db")
    monkeypatch.chdir(at)
    before = content(at / "people.db")
    for target in ("people.db", at / "people.db", "link.db", f"sqlite://{at}/people.db"):
        # Not even the bundle is looked for.
        onto = run(at, "--photos", "nowhere", "--to", "no-such-bundle", "--yes", target=target)
        assert onto.exit_code == 4 and "is the old gallery" in onto.output
    assert content(at / "people.db") == before


def test_wrong_galleries(at: Path) -> None:
    (at / "people.db").rename(at / "elsewhere.db")
    absent = run(at, "--photos", at / "photos", "--yes")
    assert absent.exit_code == 4 and "no such gallery" in absent.output


def test_an_encrypted_gallery_stays_encrypted(at: Path) -> None:
    key, sealed, new = at / "master.key", at / "sealed.db", at / "new.db"
    for words in (
        ("vault", "new-key", key),
        ("gallery", "copy", at / "people.db", sealed, "--key-file", key),
        (
            *("gallery", "upgrade", sealed, new, "--to", "new-net", "--key-file", key, "--yes"),
            *("--photos", at / "photos", "--adaptor", "ridge", "--accept"),
        ),
    ):
        result = CliRunner().invoke(app, list(map(str, words)))
        assert result.exit_code == 0, result.output
    with pytest.raises(FacemetricError, match="key"):
        Gallery.open(new)
    with Gallery.open(new, key=key_from_file(key)) as opened:
        assert {one.mapped_from for one in opened.samples()} == {"old-net"}
        assert opened.person("p000").groups == ("staff",)
    assert b"p000" not in new.read_bytes()
