"""A sweep: one recipe, and what is changed in it from run to run."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from facemetric.errors import InputError, SourceError
from facemetric.training.recipe import Recipe, RecipeError, read_recipe
from facemetric.training.recipe.mistakes import mistake_text
from facemetric.training.recipe.section import Section


class Variant(Section):
    """One row of the table: a name, and values put into the recipe."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.,_+= -]{0,59}$")]
    set: tuple[str, ...] = ()
    """``key=value`` as on the command line of ``facemetric train``."""
    note: str = ""


class Plan(Section):
    """What a sweep's file holds; ``recipe`` is relative to the file."""

    title: str
    recipe: Path
    seeds: Annotated[tuple[int, ...], Field(min_length=1)] = (0,)
    variant: Annotated[tuple[Variant, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One run of a sweep.

    Attributes
    ----------
    variant
        Its row.
    seed
        Of the recipe.
    recipe
        Resolved.
    """

    variant: Variant
    seed: int
    recipe: Recipe

    @property
    def folder(self) -> str:
        """Name of the run's folder."""
        return f"{self.variant.name.replace(' ', '-')}-seed{self.seed}"


def read_plan(path: Path) -> Plan:
    """Read a sweep's file.

    Raises
    ------
    SourceError
        It cannot be read.
    InputError
        It is no TOML, or no sweep: everything wrong is named.
    """
    try:
        document = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"cannot be read: {reason}", item=str(path)) from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"no TOML: {error}", item=str(path)) from error
    try:
        plan = Plan.model_validate(document)
    except ValidationError as error:
        raise RecipeError(
            [mistake_text(one, Plan) for one in error.errors()], item=str(path)
        ) from error
    names = [variant.name for variant in plan.variant]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"names are used twice: {', '.join(twice)}", item=str(path))
    return plan


def planned_runs(path: Path, plan: Plan, overrides: Sequence[str] = ()) -> list[PlannedRun]:
    """Return every run, all recipes checked before the first one starts.

    Seeds are the outer order: the table has every row once before any row a second time.

    Parameters
    ----------
    path
        The sweep's file.
    plan
        What it holds.
    overrides
        Put into every recipe, before a variant's own.

    Raises
    ------
    InputError
        A recipe is wrong; the variant is named.
    """
    runs = []
    for seed in plan.seeds:
        for variant in plan.variant:
            put = [*overrides, *variant.set, f"seed={seed}"]
            try:
                recipe = read_recipe(Path(path).parent / plan.recipe, put)
            except RecipeError as error:
                item = f"{path}, variant {variant.name!r}"
                raise RecipeError(error.mistakes, item=item) from error
            except InputError as error:
                raise InputError(error.cause, item=f"{path}, variant {variant.name!r}") from error
            runs.append(PlannedRun(variant, seed, recipe))
    return runs
