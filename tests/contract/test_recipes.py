"""Every recipe and sweep that is shipped can be read, with all the options of its components."""

from __future__ import annotations

from pathlib import Path

import pytest

from facemetric.training.recipe import read_recipe
from facemetric.training.sweep import planned_runs, read_plan

ROOT = Path(__file__).parents[2]
RECIPES = sorted((ROOT / "recipes").glob("*.toml"))
SWEEPS = sorted((ROOT / "recipes" / "studies").glob("*.toml"))


def test_there_are_recipes_and_sweeps() -> None:
    assert len(RECIPES) >= 7
    assert len(SWEEPS) >= 7


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_is_whole(path: Path) -> None:
    recipe = read_recipe(path)
    assert recipe.name == path.stem
    assert path.read_text().startswith("#"), "say what it is for"


@pytest.mark.parametrize("path", SWEEPS, ids=lambda path: path.stem)
def test_a_sweep_is_whole(path: Path) -> None:
    runs = planned_runs(path, read_plan(path))
    assert len({run.folder for run in runs}) == len(runs) > 1
    resolved = [run.recipe.model_dump_json() for run in runs]
    assert len(set(resolved)) == len(resolved), "two variants are the same run"


def test_the_reference_is_up_to_date() -> None:
    from facemetric.training.recipe.reference import reference

    page = ROOT / "docs" / "reference" / "recipes.md"
    assert page.read_text(encoding="utf-8") == reference(), (
        "python -m facemetric.training.recipe.reference > docs/reference/recipes.md"
    )
