from pathlib import Path

import pytest

from facemetric.datasets import data_root, has_data, root, samples_folder
from facemetric.errors import DataError


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("FACEMETRIC_DATA", "FACEMETRIC_SAMPLES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FACEMETRIC_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(root, "__file__", str(tmp_path / "co/src/facemetric/datasets/root.py"))


def test_environment_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FACEMETRIC_DATA", str(tmp_path))
    assert data_root() == tmp_path
    monkeypatch.setenv("FACEMETRIC_DATA", str(tmp_path / "absent"))
    with pytest.raises(DataError, match="absent: FACEMETRIC_DATA is not a folder"):
        data_root()
    assert not has_data()


def test_beside_a_checkout_then_the_user_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Set FACEMETRIC_DATA to the folder"):
        data_root()
    own = tmp_path / "home" / "data" / "photographs"
    own.mkdir(parents=True)
    assert data_root() == own
    (tmp_path / "shared" / "data").mkdir(parents=True)
    # Installed packages have no pyproject.toml two folders up.
    assert data_root() == own
    (tmp_path / "co" / "src" / "facemetric").mkdir(parents=True)
    (tmp_path / "co" / "pyproject.toml").touch()
    assert data_root() == tmp_path / "shared" / "data"
    assert has_data()


def test_samples_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert samples_folder() == tmp_path / "home" / "data" / "samples"
    monkeypatch.setenv("FACEMETRIC_SAMPLES", str(tmp_path))
    assert samples_folder() == tmp_path
    monkeypatch.delenv("FACEMETRIC_HOME")
    monkeypatch.delenv("FACEMETRIC_SAMPLES")
    assert "facemetric" in str(samples_folder())
