"""Every recipe and sweep that is shipped can be read, with all the options of its components."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from facemetric.training.recipe import merged, parse_recipe, read_recipe
from facemetric.training.sweep import planned_runs, read_plan

ROOT = Path(__file__).parents[2]
RECIPES = sorted((ROOT / "recipes").glob("*.toml"))
SWEEPS = sorted((ROOT / "recipes" / "studies").glob("*.toml"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


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


def test_the_recipes_that_pages_name_are_there() -> None:
    named = {
        name
        for page in PAGES
        for name in re.findall(r"\brecipes/[\w./-]+\.toml", page.read_text(encoding="utf-8"))
    }
    assert len(named) >= 2
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def _shown(page: str) -> list[str]:
    text = (ROOT / "docs" / "how-to" / page).read_text(encoding="utf-8")
    return re.findall(r"```toml\n(.*?)```", text, re.DOTALL)


def test_the_recipes_that_pages_show_are_whole(tmp_path: Path) -> None:
    recipe, sweep = _shown("train.md")
    (tmp_path / "first.toml").write_text(recipe, encoding="utf-8")
    (tmp_path / "margins.toml").write_text(sweep, encoding="utf-8")
    first = read_recipe(tmp_path / "first.toml", ["optimiser.lr=0.1", "loss.0.margin_rad=0.5"])
    assert first.loss[0].name == "arcface"
    path = tmp_path / "margins.toml"
    assert len(planned_runs(path, read_plan(path))) == 6
    parts = _shown("export-a-network.md")
    assert len(parts) == 2
    for part in parts:
        parse_recipe(merged(tomllib.loads(recipe), tomllib.loads(part)))
