"""A gallery's model changed: from photographs anywhere, with a map where research data is."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from facemetric.bundle import import_onnx
from facemetric.cli import app
from facemetric.gallery import SqliteGallery
from layouts.two_networks import import_networks

MAPPED = "mobilefacenet-ms1m.from-dlib-resnet-v1"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACEMETRIC_HOME", str(tmp_path / "home"))


def answer(*words: object, code: int = 0) -> dict[str, Any]:
    result = CliRunner().invoke(app, [*map(str, words), "--json"])
    assert result.exit_code == code, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def content(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.samples
def test_every_photograph_at_hand(
    samples: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    old, new = tmp_path / "people.db", tmp_path / "new.db"
    for name in ("obama", "biden", "astronaut"):
        shutil.copy(samples[name], tmp_path)
        answer("enroll", name, samples[name].name, "--gallery", old)
    import_networks()
    before = content(old)
    upgrade = ("gallery", "upgrade", old, new, "--to", "new-net", "--yes")
    done = answer(*upgrade)
    assert (done["people"], done["embedded"], done["mapped"]) == (3, 3, 0)
    assert done["bundle"] == "new-net" and done["report"] is None
    assert content(old) == before
    found = answer(
        "identify", tmp_path / "obama.jpg", "--gallery", new, "-b", "new-net", "--threshold", 0.5
    )
    (face,) = found["photos"][0]["faces"]
    assert face["name"] == "obama" and face["candidates"][0]["similarity"] > 0.999
    # A photograph that has changed is not that of enrolment.
    (tmp_path / "biden.jpg").write_bytes((tmp_path / "obama.jpg").read_bytes())
    refused = answer(*upgrade[:3], tmp_path / "other.db", *upgrade[4:], code=4)
    assert "samples without a photograph or portrait at hand: 1" in refused["error"]["cause"]
    assert not (tmp_path / "other.db").exists()


@pytest.mark.data
def test_mapped_embeddings_are_recognised(data_root: Path, tmp_path: Path) -> None:
    people = [one for one in sorted((data_root / "lfw").iterdir()) if len(list(one.glob("*"))) >= 4]
    for person in people[:42]:
        (tmp_path / "photos" / person.name).mkdir(parents=True)
        for photo in sorted(person.iterdir())[:4]:
            shutil.copy(photo, tmp_path / "photos" / person.name)
    import_onnx(data_root / "models" / "mobilefacenet-ms1m.onnx", preset="mobilefacenet-ms1m")
    old, new = tmp_path / "people.db", tmp_path / "new.db"
    for person in sorted((data_root / "people" / "train").iterdir()):
        answer("enroll", person.name, person, "--gallery", old)
    before = content(old)
    upgrade = (
        *("gallery", "upgrade", old, new, "--to", "mobilefacenet-ms1m", "--accept", "--yes"),
        *("--photos", tmp_path / "photos", "--adaptor", "ridge", "--no-photographs"),
    )
    done = answer(*upgrade)
    assert done["people"] == 5 and done["mapped"] == done["samples"] > 5
    assert done["bundle"] == MAPPED and content(old) == before
    test = data_root / "people" / "test" / "obama1.jpg"
    asked = ("identify", test, "--gallery", new, "--threshold", 0.3)
    (face,) = answer(*asked, "-b", MAPPED)["photos"][0]["faces"]
    assert face["name"] == "obama"
    refused = answer(*asked, "-b", "mobilefacenet-ms1m", code=4)
    assert refused["error"]["code"] == "bundle_mismatch"
    # Undone: the old gallery answers as it did.
    (face,) = answer("identify", test, "--gallery", old)["photos"][0]["faces"]
    assert face["name"] == "obama"
    with SqliteGallery(old, read_only=True) as gallery:
        assert {one.mapped_from for one in gallery.samples()} == {None}
