"""From a TOML file and overrides to a checked recipe, with all that is wrong said at once."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from facemetric.errors import InputError, SourceError
from facemetric.training.recipe.components import component_problems
from facemetric.training.recipe.mistakes import RecipeError, mistake_text
from facemetric.training.recipe.overrides import apply_overrides
from facemetric.training.recipe.recipe import Recipe

_DEEPEST = 8


def read_recipe(path: Path, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe.

    A recipe may begin with ``extends = "other.toml"``, a file beside it: see `merged`.

    Parameters
    ----------
    path
        The TOML file. Paths inside it are relative to the working folder.
    overrides
        See `apply_overrides`; they come last.

    Raises
    ------
    SourceError
        A file cannot be read.
    InputError
        It is no TOML.
    RecipeError
        The recipe is wrong: every mistake is named, those in the options of losses, miners,
        samplers and backbones included.
    """
    return parse_recipe(apply_overrides(_document(Path(path), ()), overrides), item=str(path))


def parse_recipe(document: dict[str, Any], *, item: str = "recipe") -> Recipe:
    """Check a recipe that was read already; errors as `read_recipe`."""
    problems = component_problems(document)
    try:
        recipe = Recipe.model_validate(document)
    except ValidationError as error:
        found = [mistake_text(one, Recipe) for one in error.errors()]
        raise RecipeError(found + problems, item=item) from error
    if problems:
        raise RecipeError(problems, item=item)
    return recipe


def _document(path: Path, above: tuple[Path, ...]) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
        raise SourceError(f"cannot be read: {reason}", item=str(path)) from error
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"no TOML: {error}", item=str(path)) from error
    parent = document.pop("extends", None)
    if parent is None:
        return document
    if not isinstance(parent, str) or len(above) >= _DEEPEST or path.resolve() in above:
        raise InputError(
            "extends must name a file, without a circle", item=str(path), fix=f"Got {parent!r}"
        )
    return merged(_document(path.parent / parent, (*above, path.resolve())), document)


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Return ``base`` with the values of ``over``; tables are merged, lists are replaced.

    A table that names another component (``name``, ``backbone``) replaces the one in ``base``,
    whose options were another's.
    """
    result = dict(base)
    for key, value in over.items():
        known = result.get(key)
        if isinstance(known, dict) and isinstance(value, dict) and not _other(known, value):
            result[key] = merged(known, value)
        else:
            result[key] = value
    return result


def _other(known: dict[str, Any], value: dict[str, Any]) -> bool:
    return any(name in value and value[name] != known.get(name) for name in ("name", "backbone"))
