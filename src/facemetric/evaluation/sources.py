"""A fingerprint of the code that computes, so that a cache never outlives it."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files


@cache
def code_sha256(*parts: str) -> str:
    """Return the SHA-256 over the Python files of parts of facemetric.

    Parameters
    ----------
    parts
        Packages (``"detect"``) or modules (``"bundle/preprocess.py"``).

    Examples
    --------
    >>> len(code_sha256("detect", "bundle/preprocess.py"))
    64
    """
    # Once a process: what was imported stays what it was, whatever is edited meanwhile.
    digest = hashlib.sha256()
    for part in sorted(parts):
        place = files("facemetric").joinpath(part)
        modules = (
            sorted(place.iterdir(), key=lambda entry: entry.name) if place.is_dir() else [place]
        )
        for module in modules:
            if module.name.endswith(".py"):
                digest.update(f"{part}/{module.name}\0".encode())
                digest.update(module.read_bytes())
    return digest.hexdigest()
