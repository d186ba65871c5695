"""Commands as a user calls them, quick ones."""

from __future__ import annotations

import json
from typing import Any

from typer.testing import CliRunner, Result

from facemetric.cli import app

QUICK = ("--no-flip", "--replicates", "100", "--threads", "1")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments)])


def measured(*arguments: object, exit_code: int = 0) -> dict[str, Any]:
    """The one bundle that was measured."""
    result = run(*arguments, *QUICK, "--json")
    assert result.exit_code == exit_code, result.output
    document = json.loads(result.stdout)
    assert document["schema"] == "facemetric.evaluate/1"
    (one,) = document["measured"]
    assert isinstance(one, dict)
    return one


def failure(*arguments: object) -> dict[str, Any]:
    """The error as JSON; the same command without ``--json`` says it on standard error."""
    result = run(*arguments, *QUICK, "--json")
    assert result.exit_code == 4, result.output
    error = json.loads(result.stdout)["error"]
    assert isinstance(error, dict)
    return error
