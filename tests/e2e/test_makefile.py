"""``make demo`` with the folders of a user."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def demo(tmp_path: Path) -> list[str]:
    """The command, with a facemetric that writes down what it is told."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    venv, samples = tmp_path / "venv", tmp_path / "samples"
    (venv / "bin").mkdir(parents=True)
    samples.mkdir()
    for file in (venv / "bin" / "python", venv / ".core", samples / ".complete"):
        file.touch()
    program = venv / "bin" / "facemetric"
    program.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" > '{tmp_path}/told'\n")
    program.chmod(0o755)
    return ["make", "-C", str(CHECKOUT), "demo", f"VENV={venv}", f"SAMPLES={samples}"]


@pytest.mark.parametrize("name", ["plain", "Ada's photos", 'a "b" `c`; d', "김 철수"])
def test_any_folder_can_be_named(demo: list[str], tmp_path: Path, name: str) -> None:
    subprocess.run([*demo, f"PHOTOS={name}", f"REPORT=out {name}"], check=True, capture_output=True)
    told = (tmp_path / "told").read_text(encoding="utf-8").splitlines()
    assert told == ["demo", "--photos", name, "--report", f"out {name}"]


def test_without_a_folder_the_samples_are_used(demo: list[str], tmp_path: Path) -> None:
    subprocess.run(demo, check=True, capture_output=True)
    told = (tmp_path / "told").read_text(encoding="utf-8").splitlines()
    assert told == ["demo", "--report", "out/demo"]
