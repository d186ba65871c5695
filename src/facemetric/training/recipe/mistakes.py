"""What pydantic finds in a recipe, in words for who wrote it."""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from facemetric.errors import InputError
from facemetric.registry import suggest

_WORDS = {
    "missing": "needed, and not given",
    "tuple_type": "expected a list, in brackets",
    "model_type": "expected a table",
    "string_pattern_mismatch": "expected letters a to z, digits, '.', '_' and '-', a letter or "
    "digit first, at most 80",
}


class RecipeError(InputError):
    """A recipe is wrong; ``mistakes`` has a line for each."""

    def __init__(self, mistakes: Sequence[str], *, item: str) -> None:
        self.mistakes = tuple(dict.fromkeys(mistakes))
        noun = "mistake" if len(self.mistakes) == 1 else "mistakes"
        lines = "\n".join(f"  {mistake}" for mistake in self.mistakes)
        super().__init__(f"{len(self.mistakes)} {noun}:\n{lines}", item=item)


def mistake_text(found: Mapping[str, Any], model: type[BaseModel]) -> str:
    """Return one of pydantic's errors as ``"optimiser.lr: what is wrong"``.

    Parameters
    ----------
    found
        An entry of `pydantic.ValidationError.errors`.
    model
        What was validated.
    """
    place = found["loc"]
    said = _WORDS.get(found["type"], found["msg"].removeprefix("Value error, "))
    if found["type"] == "extra_forbidden":
        section = _section(model, place[:-1])
        hint = "" if section is None else f". {suggest(str(place[-1]), section.model_fields)}"
        said = f"no such key{hint}"
    return f"{'.'.join(map(str, place)) or 'recipe'}: {said}"


def _section(model: type[BaseModel], place: Sequence[str | int]) -> type[BaseModel] | None:
    section: type[BaseModel] | None = model
    for key in place:
        if isinstance(key, int):
            continue
        field = None if section is None else section.model_fields.get(key)
        section = None if field is None else _model_in(field.annotation)
    return section


def _model_in(hint: Any) -> type[BaseModel] | None:
    """Return the section in an annotation such as ``tuple[Loss, ...]`` or ``Split | None``."""
    if typing.get_origin(hint) is None:
        return hint if isinstance(hint, type) and issubclass(hint, BaseModel) else None
    return next((found for one in typing.get_args(hint) if (found := _model_in(one))), None)
