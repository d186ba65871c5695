from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from facemetric.cli import app


def commands(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in getattr(node, "commands", {}).items():
        below = (*path, name)
        if getattr(command, "commands", None):
            yield from commands(command, below)
        else:
            yield below, command


ALL = list(commands(typer.main.get_command(app)))


def test_there_are_commands() -> None:
    names = {" ".join(path) for path, _ in ALL}
    assert names == {
        "detect",
        "verify",
        "enroll",
        "identify",
        "people list",
        "people show",
        "people rename",
        "people merge",
        "people remove",
        "people expired",
        "gallery show",
        "gallery check",
        "gallery copy",
        "gallery export",
        "gallery import",
        "cluster",
        "embed",
        "models list",
        "models show",
        "models verify",
        "models import",
        "models pack",
        "models remove",
        "models presets",
        "calibrate",
        "dataset",
        "cache clear",
        "cache show",
        "evaluate bin",
        "evaluate cfp",
        "evaluate folder",
        "evaluate holdout",
        "evaluate ijb",
        "evaluate lfw",
        "evaluate megaface",
        "evaluate open-set",
        "evaluate personal",
        "evaluate ytf",
        "study",
        "sweep",
        "train",
        "export",
        "demo",
        "doctor",
    }


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_every_command_has_an_example_and_json(path: tuple[str, ...], command: Any) -> None:
    result = CliRunner().invoke(app, [*path, "--help"])
    assert result.exit_code == 0
    text = re.sub(r"\s+", " ", result.output)
    assert f"Example: facemetric {' '.join(path)}" in text
    assert "--json" in text


def test_wrong_usage_is_exit_code_2() -> None:
    assert CliRunner().invoke(app, ["detect"]).exit_code == 2
    assert CliRunner().invoke(app, ["nonsense"]).exit_code == 2
    assert CliRunner().invoke(app, ["--version"]).output.startswith("facemetric ")
