"""The committed reference pages are what the program says of itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from facemetric.cli import reference as cli_reference
from facemetric.wire import reference as wire_reference

DOCS = Path(__file__).parents[3] / "docs" / "reference"


@pytest.mark.parametrize(
    ("page", "module", "make"),
    [
        ("cli.md", "facemetric.cli.reference", cli_reference.reference),
        ("json.md", "facemetric.wire.reference", wire_reference.reference),
    ],
)
def test_the_page_is_up_to_date(page: str, module: str, make: Callable[[], str]) -> None:
    written = (DOCS / page).read_text(encoding="utf-8")
    assert written == make(), f"run: python -m {module} > docs/reference/{page}"


def test_every_command_is_on_the_page() -> None:
    from facemetric.cli import app

    text = cli_reference.reference()
    paths = [path for path, _ in cli_reference.commands(app, ("facemetric",))]
    assert len(paths) > 10
    for path in paths:
        assert f"## {' '.join(path)}\n" in text
