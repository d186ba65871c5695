"""The page on parts of one's own does what it says, down to the run that it ends with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from facemetric.backbones import BACKBONES
from facemetric.losses import MARGINS, TUPLE_LOSSES
from facemetric.miners import MINERS
from facemetric.registry import Registry
from layouts.tiny_run import write_people

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "own-loss.md"
REGISTRIES: list[Registry[Any]] = [MARGINS, TUPLE_LOSSES, MINERS, BACKBONES]


def blocks(language: str) -> list[str]:
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the page registers is gone afterwards."""
    for registry in REGISTRIES:
        monkeypatch.setattr(registry, "_items", dict(registry._items))
    yield


@pytest.mark.usefixtures("forgotten")
def test_the_pages_parts_train(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_people(tmp_path / "packs" / "mine", people=4, images=6)
    (recipe,) = blocks("toml")
    (tmp_path / "mine.toml").write_text(recipe, encoding="utf-8")
    before = [set(registry) for registry in REGISTRIES]
    names: dict[str, Any] = {"__name__": "page"}
    for block in blocks("python"):
        exec(compile(block, str(PAGE), "exec"), names)
    added = [set(registry) - known for registry, known in zip(REGISTRIES, before, strict=True)]
    assert added == [{"narrowing-margin"}, {"soft-triplet"}, {"nearest-positive"}, {"two-layers"}]
    assert names["mined"].triplets.shape == (4, 3)  # classes 0 and 1 have two rows each
    assert names["finished"].complete
    log = (tmp_path / "runs" / "mine" / "log.jsonl").read_text(encoding="utf-8")
    assert "share_semi_hard" in log and '"epoch"' in log
