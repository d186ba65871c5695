"""What is shipped to run the service with fits the program."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from facemetric.cli import app

ROOT = Path(__file__).parents[2]


UNITS = sorted((ROOT / "deploy").glob("*.service"))


def parsed(words: list[str], name: str = "serve") -> dict[str, object]:
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    return dict(command.make_context(name, words).params)


def started(unit: Path) -> tuple[str, list[str]]:
    """Return the text of a unit and the words that it starts."""
    text = unit.read_text(encoding="utf-8")
    found = re.search(r"^ExecStart=(.+?)(?<!\\)$", text.replace("\\\n", " "), re.MULTILINE)
    assert found
    return text, shlex.split(found[1])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_have_no_privileges_and_no_errors(unit: Path, tmp_path: Path) -> None:
    text, words = started(unit)
    for line in ("NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectSystem=strict"):
        assert f"\n{line}\n" in text
    assert "\nUser=facemetric\n" in text and "\nUMask=0077\n" in text
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        pytest.skip("systemd-analyze is not installed; the rest of the unit was checked")
    copy = tmp_path / unit.name
    copy.write_text(text.replace(words[0], sys.executable), encoding="utf-8")
    done = subprocess.run([analyse, "verify", str(copy)], capture_output=True, text=True)
    assert unit.name not in done.stderr


def test_the_unit_of_the_watch_starts_it() -> None:
    _, words = started(ROOT / "deploy" / "facemetric-watch.service")
    assert words[1] == "watch"
    given = parsed(words[2:], "watch")
    assert given["sources"] == ["@/etc/facemetric/cameras.txt"]
    assert given["jsonl"] and not given["thumbnails"]


def test_the_unit_starts_the_service() -> None:
    text, words = started(ROOT / "deploy" / "facemetric.service")
    assert words[1] == "serve"
    given = parsed(words[2:])
    assert given["host"] == "127.0.0.1"
    # It must be allowed to finish what is in work.
    wait = re.search(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)
    assert wait and int(wait[1]) > float(str(given["deadline"])) + 5


def test_the_image_starts_the_service() -> None:
    text = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    words = re.search(r"^CMD \[(.+)\]$", text, re.MULTILINE)
    assert words
    plain = [word.strip(' "') for word in words[1].split(",")]
    assert plain[0] == "serve" and parsed(plain[1:])["port"] == 8000
    assert re.search(r"^USER \d+:\d+$", text, re.MULTILINE)
    assert not re.search(r"^FROM \S+:latest", text, re.MULTILINE)
    for file in re.findall(r"^COPY ((?!--)[^\n]+)", text, re.MULTILINE):
        for source in file.split()[:-1]:
            assert (ROOT / source).exists(), source


def test_the_image_keeps_to_the_rules() -> None:
    """The rules of hadolint that matter here, and those that it has no word for."""
    text = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    lines = text.replace("\\\n", " ").splitlines()
    given = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]

    def of(instruction: str) -> list[str]:
        return [rest for word, rest in given if word == instruction]

    for base in of("FROM"):
        assert re.match(r"docker\.io/library/python:3\.\d+-slim-[a-z]+( AS \w+)?$", base), base
    last = [word for word, _ in given]
    assert last.count("USER") == last.count("HEALTHCHECK") == last.count("ENTRYPOINT") == 1
    assert last.index("USER") > len(last) - 1 - last[::-1].index("RUN")  # nothing is run after it
    assert int(of("USER")[0].partition(":")[0]) >= 1000
    assert not of("ADD") and not of("ARG") and not of("MAINTAINER")
    assert not [source for source in of("COPY") if source.split()[0] in (".", "./")]
    for command in of("RUN"):
        assert "sudo" not in command and "curl" not in command and "apt-get" not in command
        if "pip install" in command:
            assert "--no-cache-dir" in command and "-c constraints.txt" in command
    settings = re.findall(r"(\w+)=(\S+)", " ".join(of("ENV")))
    assert settings
    for name, value in settings:
        secret = re.search("KEY|SECRET|TOKEN|PASSWORD", name)
        assert not secret or value.startswith("/"), f"{name} may only name a file"
