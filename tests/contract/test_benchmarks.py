"""Every benchmark is in the plan and on the page, ends in words, and overwrites nothing unasked."""

from __future__ import annotations

import json
import os
import re
import shutil
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


# A small script, as the plan would call it: it leaves its name and how it was called.
WRITES = """
import sys
from pathlib import Path
from _conditions import write_result

write_result(Path(__file__).stem, {"words": sys.argv[1:]})
"""
FAILS = "raise SystemExit('error: no room')"
TRACES = "stored_traces"


def run(
    script: str, *words: str, folder: Path = BENCHMARKS, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(folder / f"{script}.py"), *words],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


def checkout(root: Path, *, busy: float = 0.0, **scripts: str) -> Path:
    """Make a checkout with the real plan and scripts of our own, on a machine as busy as told."""
    folder = root / "benchmarks"
    folder.mkdir()
    for path in (*BENCHMARKS.glob("_*.py"), BENCHMARKS / "run_all.py"):
        shutil.copy(path, folder)
    (folder / "_busy.py").write_text(f"def busy_share(seconds): return {busy}", encoding="utf-8")
    for script, text in scripts.items():
        (folder / f"{script}.py").write_text(text, encoding="utf-8")
    return folder


def outcomes(printed: str) -> dict[str, tuple[str, str]]:
    """Return what became of each call in the summary, with its remark, by its whole title."""
    lines = printed.rpartition("== summary ==\n")[2].splitlines()[:-1]
    found = [re.fullmatch(r"(.{14})  (.*?)(?:  \((.*)\))?", line) for line in lines]
    return {one[2]: (one[1].rstrip(), one[3] or "") for one in found if one}


@pytest.fixture(scope="module")
def listed() -> set[str]:
    done = run("run_all", "--list")
    assert done.returncode == 0, done.stderr
    return {title.split()[0] for title in outcomes(done.stdout)}


def test_the_plan_has_each_script_and_no_other(listed: set[str]) -> None:
    assert listed == set(SCRIPTS)


@pytest.mark.parametrize("script", SCRIPTS)
def test_it_is_on_the_page_and_ends_in_words(script: str) -> None:
    assert f"`{script}.py" in (BENCHMARKS / "README.md").read_text(encoding="utf-8")
    text = (BENCHMARKS / f"{script}.py").read_text(encoding="utf-8")
    assert text.endswith('if __name__ == "__main__":\n    run_script(main)\n')


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    done = run("side_by_side", FACEMETRIC_DATA=str(tmp_path))
    assert done.returncode == LACKING
    assert done.stderr.startswith(f"left out: {tmp_path / 'lfw'} is not there")


def test_a_script_that_fails_does_not_end_the_others(tmp_path: Path) -> None:
    folder = checkout(tmp_path, refusal_time=FAILS, stored_traces=WRITES)
    words = ("--quick", "--only", "refusal_time", TRACES, "side_by_side")
    done = run("run_all", *words, folder=folder, FACEMETRIC_DATA=str(tmp_path))
    assert done.returncode == 1
    assert "error: no room" in done.stderr
    found = outcomes(done.stdout)
    assert {title: kind for title, (kind, _) in found.items()} == {
        "refusal_time": "FAILED",
        TRACES: "passed",
        "side_by_side": "left out",
    }
    assert found["side_by_side"][1].startswith(f"{tmp_path / 'lfw'} is not there")


@pytest.mark.parametrize(
    ("words", "busy", "where"),
    [
        (["--quick"], 0.0, "out/bench/quick"),
        (["--quick"], 0.9, "out/bench/quick"),
        ([], 0.9, "out/bench/busy"),
        ([], 0.0, "benchmarks/results"),
        (["--quick", "--results", "{root}/named"], 0.0, "named"),
    ],
)
def test_only_a_full_run_on_a_quiet_machine_writes_over_the_results(
    tmp_path: Path, words: list[str], busy: float, where: str
) -> None:
    folder = checkout(tmp_path, busy=busy, stored_traces=WRITES)
    told = [word.format(root=tmp_path) for word in words]
    done = run("run_all", *told, "--only", TRACES, folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    written = list(tmp_path.rglob("*.json"))
    assert written == [tmp_path / where / f"{TRACES}.json"]
    small = json.loads(written[0].read_text(encoding="utf-8"))["words"]
    assert small == (["--people", "300"] if "--quick" in words else [])


def test_a_real_script_writes_where_it_is_told(tmp_path: Path) -> None:
    text = (BENCHMARKS / f"{TRACES}.py").read_text(encoding="utf-8")
    folder = checkout(tmp_path, stored_traces=text)
    named = str(tmp_path / "named")
    done = run(TRACES, "--people", "20", folder=folder, FACEMETRIC_BENCH_RESULTS=named)
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(tmp_path.rglob("*.json")) == [tmp_path / "named" / f"{TRACES}.json"]
