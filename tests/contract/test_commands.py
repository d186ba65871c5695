"""What every command must do: be documented, show an example, answer in JSON."""

from __future__ import annotations

import inspect
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer.main

from facemetric.cli import app
from facemetric.cli.reference import commands

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"
COMMANDS = {" ".join(path): function for path, function in commands(app)}


def test_there_are_commands() -> None:
    assert len(COMMANDS) >= 20


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_it_is_on_the_reference_page(name: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    _, found, section = text.partition(f"## facemetric {name}\n")
    assert found, f"run: python -m facemetric.cli.reference > {PAGE.name}"
    section = section.partition("\n## ")[0]
    assert f"facemetric {name}" in section
    command = _resolved(name)
    for parameter in command.params:
        for option in parameter.opts if parameter.param_type_name == "option" else ():
            assert parameter.name == "help" or option in section, option


@pytest.mark.parametrize(("name", "function"), sorted(COMMANDS.items()))
def test_its_example_can_be_parsed(name: str, function: Callable[..., Any]) -> None:
    found = re.search(r"Example: (facemetric .+)", inspect.getdoc(function) or "", re.DOTALL)
    assert found, "no example"
    words = shlex.split(" ".join(found[1].split()))
    below = name.split()
    assert words[1 : 1 + len(below)] == below
    context = _resolved(name).make_context(name, words[1 + len(below) :])
    assert "json_" in context.params


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_an_unknown_option_is_wrong_usage(name: str) -> None:
    from typer.testing import CliRunner

    assert CliRunner().invoke(app, [*name.split(), "--no-such-option"]).exit_code == 2


def _resolved(name: str) -> Any:
    command: Any = typer.main.get_command(app)
    for word in name.split():
        command = command.commands[word]
    return command
