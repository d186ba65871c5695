"""Every benchmark is in the plan and on the page, ends in words, and overwrites nothing unasked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
MEASURE_NOTHING = {
    "calibrate_builtin",
    "calibrate_spread",
    "make_watch_video",
    "protocol_trees",
    "run_all",
    "sensitivity_figures",
    "summary",
}
SCRIPTS = sorted(
    path.stem for path in BENCHMARKS.glob("[!_]*.py") if path.stem not in MEASURE_NOTHING
)
LACKING = 4


def run(script: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / f"{script}.py"), *words],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.fixture(scope="module")
def listed() -> str:
    done = run("run_all", "--list")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("script", SCRIPTS)
def test_it_is_in_the_plan_and_on_the_page(script: str, listed: str) -> None:
    assert f"  {script}" in listed
    assert f"`{script}.py" in (BENCHMARKS / "README.md").read_text(encoding="utf-8")
    text = (BENCHMARKS / f"{script}.py").read_text(encoding="utf-8")
    assert text.endswith('if __name__ == "__main__":\n    run_script(main)\n')


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    done = run("side_by_side", FACEMETRIC_DATA=str(tmp_path))
    assert done.returncode == LACKING
    assert done.stderr.startswith(f"left out: {tmp_path / 'lfw'} is not there")


def test_a_script_that_fails_does_not_end_the_others(tmp_path: Path) -> None:
    # A file where the folder of the results should be: the first script cannot write.
    (tmp_path / "file").touch()
    words = ("--quick", "--only", "stored_traces", "side_by_side")
    done = run(
        "run_all", *words, "--results", str(tmp_path / "file"), FACEMETRIC_DATA=str(tmp_path)
    )
    assert done.returncode == 1
    summary = done.stdout.rpartition("== summary ==")[2]
    assert "FAILED          stored_traces  (" in summary
    assert "left out        side_by_side  (" in summary


def test_a_small_form_writes_elsewhere(tmp_path: Path) -> None:
    before = (BENCHMARKS / "results" / "stored_traces.json").read_bytes()
    done = run("run_all", "--quick", "--only", "stored_traces", "--results", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "stored_traces.json").is_file()
    assert (BENCHMARKS / "results" / "stored_traces.json").read_bytes() == before
