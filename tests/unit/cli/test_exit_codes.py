"""How the program ends, as a shell sees it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

FACEMETRIC = [sys.executable, "-m", "facemetric"]


@pytest.mark.parametrize(
    "arguments", [("models", "list"), ("models", "list", "--json"), ("--help",), ("--version",)]
)
@pytest.mark.parametrize("buffered", [True, False])
def test_a_closed_pipe_is_no_answer_and_no_traceback(
    arguments: tuple[str, ...], buffered: bool
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    environment = os.environ | {"PYTHONUNBUFFERED": "" if buffered else "1"}
    try:
        done = subprocess.run(
            [*FACEMETRIC, *arguments],
            stdout=writer,
            stderr=subprocess.PIPE,
            env=environment,
            timeout=300,
            check=False,
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_told(unbuffered: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*FACEMETRIC, "models", "list"],
            stdout=full,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
            timeout=300,
            check=False,
        )
    assert done.returncode == 4
    assert done.stderr == b"error: the output cannot be written: No space left on device\n"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe")
def test_an_interrupt_ends_without_a_traceback(tmp_path: Path) -> None:
    listing = tmp_path / "list"
    os.mkfifo(listing)
    # Where the tests run in the background, the shell has interrupts ignored for all below it.
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from facemetric.cli import main; main()"
    )
    with (
        subprocess.Popen(
            [sys.executable, "-c", code, "detect", f"@{listing}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process,
        listing.open("wb"),
    ):  # opens when the command does, which then waits for a line
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=300)
    assert (process.returncode, out, err) == (130, b"", b"")


def _with_doctor_that(examine: str) -> subprocess.CompletedProcess[str]:
    code = (
        "import sys; from facemetric import cli; from facemetric.cli import checkup\n"
        f"def examine(): {examine}\n"
        "checkup.examine = examine; sys.argv = ['facemetric', 'doctor', '--json']; cli.main()"
    )
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False
    )


def test_a_crash_is_no_answer_and_keeps_its_traceback() -> None:
    done = _with_doctor_that("raise ZeroDivisionError('a defect')")
    assert done.returncode == 70
    assert done.stderr.startswith("Traceback")
    assert done.stderr.rstrip().endswith("ZeroDivisionError: a defect")


def test_what_a_command_leaves_with_is_kept() -> None:
    assert _with_doctor_that("return []").returncode == 0
    failed = "return [checkup.CheckOut(name='a', state='failed', detail='')]"
    assert _with_doctor_that(failed).returncode == 1
    done = subprocess.run([*FACEMETRIC, "nonsense"], capture_output=True, timeout=300, check=False)
    assert done.returncode == 2
    aborted = _with_doctor_that("import typer; raise typer.Abort")
    assert aborted.returncode == 130
