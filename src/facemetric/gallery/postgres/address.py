"""Addresses of PostgreSQL galleries."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from facemetric.errors import InputError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def parse_address(address: str) -> tuple[str, str, str]:
    """Return libpq's address, the gallery's schema, and a name without the password for errors.

    ``postgresql://user@host/database?gallery=staff`` is the gallery *staff* of a database, kept
    in the schema ``facemetric_staff``; without ``gallery`` it is *people*. All else is libpq's.

    Raises
    ------
    InputError
        The gallery's name has other characters than small letters, digits and ``_``.
    """
    parts = urlsplit(address)
    options = parse_qsl(parts.query, keep_blank_values=True)
    name = dict(options).get("gallery", "people")
    rest = urlencode([pair for pair in options if pair[0] != "gallery"])
    host = parts.netloc.rpartition("@")[2]
    shown = f"postgresql://{host}{parts.path}?gallery={name}"
    if not _NAME.fullmatch(name):
        raise InputError(
            "a gallery's name has up to 40 small letters, digits and _, the first a letter",
            item=repr(name),
        )
    libpq = urlunsplit(("postgresql", parts.netloc, parts.path, rest, ""))
    return libpq, f"facemetric_{name}", shown
