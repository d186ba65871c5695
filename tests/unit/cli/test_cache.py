import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from facemetric.bundle import cache_folder
from facemetric.cli.app import app


def test_the_cache_is_shown_and_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACEMETRIC_HOME", str(tmp_path))
    folder = cache_folder() / "evaluation"
    segment = folder / "key" / "rows.npz"
    segment.parent.mkdir(parents=True)
    segment.write_bytes(b"x" * 2_000_000)
    bundles = cache_folder() / "bundles"
    bundles.mkdir(exist_ok=True)
    shown = CliRunner().invoke(app, ["cache", "show"])
    assert shown.exit_code == 0
    assert shown.output == f"{folder}: 1 file, 2.0 MB\n"
    cleared = CliRunner().invoke(app, ["cache", "clear", "--json"])
    assert json.loads(cleared.output) == {
        "schema": "facemetric.cache/1",
        "folder": str(folder),
        "files": 1,
        "size_bytes": 2_000_000,
        "cleared": True,
    }
    assert not folder.exists()
    assert bundles.is_dir()
    assert "0 files" in CliRunner().invoke(app, ["cache", "show"]).output
