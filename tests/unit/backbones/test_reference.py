from __future__ import annotations

from pathlib import Path

from facemetric.backbones.reference import reference

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "backbones.md"


def test_the_page_is_up_to_date() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == reference(), f"run: python -m facemetric.backbones.reference > {PAGE}"
