"""Licences of everything that is installed beside the program at run time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution

import pytest
from packaging.requirements import Requirement

EXTRAS = ("cpu", "serve", "client", "vault", "watch", "postgres", "parquet", "heif")
PERMISSIVE = re.compile(
    r"MIT|MIT-0|MIT-CMU|MIT License|BSD|BSD License|3-Clause BSD License|0BSD|BSD-[23]-Clause"
    r"|Apache-2\.0|Apache Software License|ISC License \(ISCL\)|PSF-2\.0|Zlib|CC0-1\.0"
)
KNOWN = {
    # Weak copyleft: used as they come, as libraries; nothing of ours becomes theirs.
    "certifi": "Mozilla Public License 2.0 (MPL 2.0)",
    "psycopg": "LGPL-3.0-only",
    "psycopg-binary": "LGPL-3.0-only",
}
"""Others that were looked at: a change of one of these is to be looked at again."""


def installed(name: str, extras: tuple[str, ...], seen: dict[str, str]) -> None:
    """Add a distribution and all that it requires, with what they say of their licence."""
    key = re.sub(r"[-_.]+", "-", name).lower()
    if key in seen and not extras:
        return
    try:
        found = distribution(name)
    except PackageNotFoundError:
        pytest.fail(f"{name} is required and not installed")
    said = found.metadata.get("License-Expression") or "; ".join(_classifiers(name))
    seen[key] = said or found.metadata.get("License") or ""
    for line in found.requires or []:
        wanted = Requirement(line)
        markers = [{"extra": extra} for extra in ("", *extras)]
        if wanted.marker is None or any(wanted.marker.evaluate(one) for one in markers):
            installed(wanted.name, tuple(wanted.extras), seen)


def _classifiers(name: str) -> Iterator[str]:
    for line in distribution(name).metadata.get_all("Classifier", []):
        if line.startswith("License :: ") and not line.endswith("OSI Approved"):
            yield line.rpartition(" :: ")[2]


def test_what_runs_with_it_may_be_used() -> None:
    seen: dict[str, str] = {}
    installed("facemetric", EXTRAS, seen)
    assert len(seen) > 40
    others = {
        name: said
        for name, said in seen.items()
        if not all(PERMISSIVE.fullmatch(part.strip()) for part in re.split(r" AND | OR |;", said))
    }
    assert others == KNOWN
