"""Every code that the service answers with stands in the table of its page."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from facemetric import service
from facemetric.errors import VaultError, error_class
from facemetric.service.problem import STATUS, WAYS_OUT, all_failed, problem_of
from facemetric.types import ItemError

ROOT = Path(__file__).resolve().parents[2]
SOURCES = Path(service.__file__).parent


def calls() -> Iterator[tuple[Path, ast.Call, str]]:
    """Yield every call of a plain name in the service, where it stands and of what."""
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield path, node, node.func.id


def raised() -> Iterator[tuple[int, str]]:
    """Yield status and code of every problem that is written out in the service."""
    for _, node, name in calls():
        given = [one.value for one in node.args[:2] if isinstance(one, ast.Constant)]
        if name == "Problem" and len(given) == 2:
            yield int(str(given[0])), str(given[1])
        if name == "_unauthorised":
            yield 401, str(given[0])


def told() -> set[tuple[int, str]]:
    """Return status and code of the table; codes stand between backticks."""
    text = (ROOT / "docs" / "how-to" / "serve.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d{3}(?:, \d{3})*) \| (.*) \|$", text, re.MULTILINE)
    return {
        (int(status), code)
        for statuses, codes in rows
        for status in statuses.split(", ")
        for code in re.findall(r"`([a-z_]+)`", codes)
    }


def test_every_problem_is_documented() -> None:
    found = set(raised())
    assert len(found) > 30
    assert sorted(found - told()) == []


def test_errors_of_the_library_that_say_no_way_out_get_one() -> None:
    assert set(WAYS_OUT) == set(STATUS)
    for code in STATUS:
        error = error_class(code)("what was wrong")
        assert error.fix is None
        assert json.loads(problem_of(error).body("1"))["fix"] == WAYS_OUT[code]
    failed = all_failed([ItemError("a.jpg", "decode", "is empty", None)])
    assert json.loads(failed.body("1"))["fix"] == WAYS_OUT["decode"]
    assert json.loads(problem_of(VaultError("a path")).body("1"))["fix"] == "Ask its operator"


def test_every_problem_says_the_way_out() -> None:
    silent = [
        f"{path.name}:{node.lineno}"
        for path, node, name in calls()
        if name == "Problem" and not any(given.arg == "fix" for given in node.keywords)
    ]
    assert silent == []
