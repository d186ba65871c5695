"""What a gallery may be called in the service: part of addresses, and of what keys are bound to."""

from __future__ import annotations

import re

from facemetric.errors import InputError

GALLERY = "^[a-z0-9][a-z0-9._-]{0,63}$"


def check_gallery_name(name: str, *, item: str) -> None:
    """Raise InputError unless a gallery may be called that."""
    if not re.fullmatch(GALLERY.strip("^$"), name):
        raise InputError(
            "expected 1 to 64 lower-case letters, digits, dots, dashes or underscores, a letter or "
            "digit first",
            item=f"{item} {name[:80]!r}",
            fix="Name it as serve --gallery NAME=ADDRESS does; without a name it is called main",
        )
