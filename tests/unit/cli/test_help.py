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
        "audit show",
        "audit verify",
        "cache clear",
        "cache show",
        "calibrate",
        "cluster",
        "dataset",
        "demo",
        "detect",
        "doctor",
        "embed",
        "enroll",
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
        "export",
        "gallery check",
        "gallery copy",
        "gallery export",
        "gallery import",
        "gallery index",
        "gallery purge",
        "gallery show",
        "gallery upgrade",
        "identify",
        "keys list",
        "keys new",
        "keys revoke",
        "keys rotate",
        "models import",
        "models list",
        "models pack",
        "models presets",
        "models remove",
        "models show",
        "models verify",
        "people check-receipt",
        "people expired",
        "people export",
        "people list",
        "people merge",
        "people remove",
        "people remove-portraits",
        "people rename",
        "people show",
        "serve",
        "study",
        "sweep",
        "train",
        "vault new-key",
        "vault rotate",
        "verify",
        "watch",
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
