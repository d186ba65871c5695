"""Options of augmentation that are out of range."""

from __future__ import annotations

from collections.abc import Sequence

from facemetric.errors import InputError


def check_number(value: float, *, name: str, most: float) -> None:
    """Raise InputError unless the number lies in [0, most]."""
    if not 0 <= value <= most:
        raise InputError(f"expected 0 to {most:g}, got {value}", item=name)


def check_range(values: Sequence[float], *, name: str, least: float, most: float) -> None:
    """Raise InputError unless these are two rising numbers in [least, most], none of them 0."""
    if len(values) != 2 or not least <= values[0] <= values[1] <= most or not values[0] > 0:
        raise InputError(
            f"expected two rising numbers from {least:g}{'' if least else ' (not 0)'} to "
            f"{most:g}, got {list(values)}",
            item=name,
        )
