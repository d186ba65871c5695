"""What galleries and keys may be called in the service."""

from __future__ import annotations

import re

from facemetric.errors import InputError

GALLERY = "^[a-z0-9][a-z0-9._-]{0,63}$"


def check_gallery_name(name: str, *, item: str) -> None:
    """Raise InputError unless a gallery may be called that: addresses and keys hold its name."""
    if not re.fullmatch(GALLERY.strip("^$"), name):
        raise InputError(
            "expected 1 to 64 lower-case letters, digits, dots, dashes or underscores, a letter or "
            f"digit first, got {name[:80]!r}",
            item=item,
            fix="Name it as serve --gallery NAME=ADDRESS does; without a name it is called main",
        )


def check_key_name(name: str, *, item: str) -> None:
    """Raise InputError unless an API key may be called that."""
    if not name.strip() or not name.isprintable() or len(name) > 100:
        raise InputError(
            "expected 1 to 100 printable characters",
            item=item,
            fix="Say what the key is for, such as: front door",
        )
