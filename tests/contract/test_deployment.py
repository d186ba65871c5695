"""What is shipped to run the service with fits the program."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import typer.main

from facemetric.cli import app

ROOT = Path(__file__).parents[2]


def parsed(words: list[str]) -> dict[str, object]:
    command = typer.main.get_command(app).commands["serve"]  # type: ignore[attr-defined]
    return dict(command.make_context("serve", words).params)


def test_the_unit_starts_the_service() -> None:
    text = (ROOT / "deploy" / "facemetric.service").read_text(encoding="utf-8")
    found = re.search(r"^ExecStart=(.+?)(?<!\\)$", text.replace("\\\n", " "), re.MULTILINE)
    assert found
    words = shlex.split(found[1])
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
