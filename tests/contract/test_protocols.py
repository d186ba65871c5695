"""Protocols and studies: registered, commanded, documented."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

from facemetric.cli import app
from facemetric.cli.reference import commands
from facemetric.evaluation import PROTOCOLS, Task
from facemetric.evaluation import protocols as protocols_package
from facemetric.evaluation import studies as studies_package
from facemetric.evaluation.studies import STUDIES, PhotoStudy, Study, VectorStudy

DOCS = Path(__file__).parents[2] / "docs"
COMMANDS = {" ".join(path) for path, _ in commands(app)}


def modules_of(package: object) -> list[object]:
    """Every module of a package, imported."""
    found = pkgutil.iter_modules(package.__path__)  # type: ignore[attr-defined]
    return [importlib.import_module(f"{package.__name__}.{one.name}") for one in found]  # type: ignore[attr-defined]


def test_they_are_there() -> None:
    assert len(PROTOCOLS) >= 10
    assert len(STUDIES) >= 8


def test_every_protocol_has_a_command_and_every_command_a_protocol() -> None:
    assert {name.split()[1] for name in COMMANDS if name.startswith("evaluate ")} == {*PROTOCOLS}


def test_every_task_is_registered() -> None:
    builders = {PROTOCOLS[name] for name in PROTOCOLS}
    homes = {inspect.getmodule(builder) for builder in builders}
    tasks = [
        kind
        for module in modules_of(protocols_package)
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, Task) and not inspect.isabstract(kind)
        if kind.__module__ == module.__name__  # type: ignore[attr-defined]
    ]
    assert len(tasks) >= 10
    made_by = {name for home in homes for name in vars(home)}
    assert [kind.__name__ for kind in tasks if kind.__name__ not in made_by] == []


@pytest.mark.parametrize("name", sorted(PROTOCOLS))
def test_a_protocol_is_on_a_page_that_says_how_to_run_it(name: str) -> None:
    pages = [page.read_text(encoding="utf-8") for page in sorted((DOCS / "how-to").glob("*.md"))]
    assert len(pages) >= 10
    how = re.compile(rf"^\$? ?facemetric evaluate {name}\b", re.MULTILINE)
    assert [page for page in pages if how.search(page)]
    assert f"facemetric evaluate {name}" in (DOCS / "how-to" / "get-data.md").read_text("utf-8")


def test_every_study_is_registered() -> None:
    kinds = {
        kind
        for module in modules_of(studies_package)
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, Study)
    }
    kinds -= {Study, PhotoStudy, VectorStudy}
    assert len(kinds) >= 8
    assert kinds == {type(STUDIES[name]) for name in STUDIES}


@pytest.mark.parametrize("name", sorted(STUDIES))
def test_a_study_is_named_by_its_command_and_shown(name: str) -> None:
    assert STUDIES[name].name == name
    reference = (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")
    section = reference.partition("## facemetric study\n")[2].partition("\n## ")[0]
    assert re.search(rf"\b{name}\b", section)
    page = (DOCS / "explanation" / "sensitivity.md").read_text(encoding="utf-8")
    assert f"`{name}`" in page
    assert f"sensitivity/{name}.svg" in page
    assert (DOCS / "explanation" / "sensitivity" / f"{name}.svg").is_file()
