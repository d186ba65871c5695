"""``key=value`` on the command line: a dotted path into the recipe, a TOML value."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Any

from facemetric.errors import InputError


def apply_overrides(document: dict[str, Any], overrides: Iterable[str]) -> dict[str, Any]:
    """Return the document with values put in: ``optimiser.lr=0.05``, ``loss.0.margin=0.35``.

    Parameters
    ----------
    document
        As `tomllib` reads a recipe; not changed.
    overrides
        ``path=value``. A part of the path is a key, or the number of a list's entry. The value is
        TOML; what is no TOML is taken as text, so that ``run.precision=bfloat16`` needs no quotes.

    Raises
    ------
    InputError
        There is no ``=``, or the path leads through a value that is no table.
    """
    result: dict[str, Any] = _copied(document)
    for override in overrides:
        path, equals, text = override.partition("=")
        if not equals or not path.strip():
            raise InputError(
                "expected key=value", item=override, fix="For instance optimiser.lr=0.05"
            )
        _put(result, path.strip().split("."), parse_value(text.strip()), override)
    return result


def parse_value(text: str) -> Any:
    """Return a TOML value, or the text itself where it is none."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _put(document: Any, path: list[str], value: Any, override: str) -> None:
    place = document
    for depth, key in enumerate(path):
        last = depth == len(path) - 1
        if isinstance(place, list):
            position = _position(place, key, override)
            if last:
                place[position] = value
                return
            place = place[position]
            continue
        if not isinstance(place, dict):
            raise InputError(
                f"{'.'.join(path[:depth])} is a single value, not a table", item=override
            )
        if last:
            place[key] = value
            return
        place = place.setdefault(key, {})


def _position(entries: list[Any], key: str, override: str) -> int:
    if key.isdecimal() and int(key) < len(entries):
        return int(key)
    raise InputError(
        f"expected the number of an entry, 0 to {len(entries) - 1}, got {key!r}", item=override
    )


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value
