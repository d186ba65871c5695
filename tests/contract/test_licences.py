"""Licences of all that an extra installs beside the program; ``make check`` runs this too."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
NOT_RUN = {
    "dev": "tools of those who work on the program",
    "docs": "tools that write the pages",
    "gpu": "owns the same files as cpu, and has the same licence: one of the two is installed",
}
PERMISSIVE = {
    *("0BSD", "BSD", "BSD-2-Clause", "BSD-3-Clause", "BSD License", "3-Clause BSD License"),
    *("MIT", "MIT-0", "MIT-CMU", "MIT License"),
    *("Apache-2.0", "Apache 2.0", "Apache Software License", "Apache-2.0 WITH LLVM-exception"),
    *("BSL-1.0", "CC0-1.0", "ISC License (ISCL)", "PSF-2.0", "Python Software Foundation License"),
    "Zlib",
}
EXCEPTIONS = {
    "certifi": ("Mozilla Public License 2.0 (MPL 2.0)", "a list of certificates, unchanged"),
    "orjson": ("MPL-2.0 AND (Apache-2.0 OR MIT)", "unchanged; MPL holds for its files alone"),
    "psycopg": ("LGPL-3.0-only", "a library that users can exchange; unchanged"),
    "psycopg-binary": ("LGPL-3.0-only", "the same, compiled"),
}
"""Weak copyleft that was looked at, as it was stated then, and why it may be used."""


@dataclass(frozen=True)
class Installed:
    """A distribution, what it says of its licence, and what needs it."""

    licence: str
    needed_by: tuple[str, ...]


def installed() -> dict[str, Installed]:
    """Return all that the program and its extras need, as it is installed here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {"": project["dependencies"], **project["optional-dependencies"]}
    assert NOT_RUN.keys() <= wanted.keys()
    seen: dict[str, Installed] = {}
    for extra, lines in wanted.items():
        if extra not in NOT_RUN:
            for line in lines:
                walk(Requirement(line), (f"extra {extra}" if extra else "facemetric",), (), seen)
    return seen


def walk(
    wanted: Requirement,
    needed_by: tuple[str, ...],
    extras: tuple[str, ...],
    seen: dict[str, Installed],
) -> None:
    """Add a distribution and all that it requires."""
    if wanted.marker and not any(wanted.marker.evaluate({"extra": one}) for one in ("", *extras)):
        return
    name = re.sub(r"[-_.]+", "-", wanted.name).lower()
    if name in seen and not wanted.extras:
        return
    try:
        found = distribution(wanted.name)
    except PackageNotFoundError:
        pytest.fail(f"{name} ({' > '.join(needed_by)}) is not installed: make setup")
    stated = [line for line in found.metadata.get_all("Classifier", []) if "License ::" in line]
    classified = [line.rpartition(" :: ")[2] for line in stated if line.count("::") > 1]
    expression = found.metadata.get("License-Expression")
    licence = expression or "; ".join(classified) or found.metadata.get("License") or ""
    seen[name] = Installed(licence, needed_by)
    for line in found.requires or []:
        walk(Requirement(line), (*needed_by, name), tuple(wanted.extras), seen)


def permitted(stated: str) -> bool:
    """Whether a licence expression, or classifiers, leave one free to use what it is for."""
    words = re.findall(r"\(ISCL\)|[()]|;|[^\s();]+", stated)
    place = 0

    def either() -> bool:
        nonlocal place
        good = both()
        while place < len(words) and words[place] == "OR":
            place += 1
            good = both() or good
        return good

    def both() -> bool:
        nonlocal place
        good = one()
        while place < len(words) and words[place] in ("AND", ";"):
            place += 1
            good = one() and good
        return good

    def one() -> bool:
        nonlocal place
        if words[place : place + 1] == ["("]:
            place += 1
            good = either()
            place += 1
            return good
        start = place
        while place < len(words) and words[place] not in ("AND", "OR", ";", "(", ")"):
            place += 1
        return " ".join(words[start:place]) in PERMISSIVE

    return either() and place >= len(words)


def test_what_runs_with_it_may_be_used() -> None:
    everything = installed()
    assert len(everything) > 80
    found = [
        f"{name} ({' > '.join(one.needed_by)}): {one.licence[:200]!r}"
        for name, one in everything.items()
        if not permitted(one.licence) and EXCEPTIONS.get(name, ("",))[0] != one.licence
    ]
    if found:
        pytest.fail(
            "licences that nobody has looked at:\n  "
            + "\n  ".join(found)
            + "\nRead the licence. If a program under Apache-2.0 may need it, add it to PERMISSIVE,"
            " or the distribution with the reason to EXCEPTIONS, and say so in docs/licences.md."
            " If not, do without it, or hold the version in constraints.txt that had another."
        )


def test_exceptions_are_needed_and_told_to_users() -> None:
    everything = installed()
    page = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    for name, (licence, _) in EXCEPTIONS.items():
        assert everything[name].licence == licence
        assert not permitted(licence)
        assert f"`{name}`" in page


def test_what_is_needed_is_pinned() -> None:
    """What has no line in constraints.txt is not looked up by ``make audit`` either."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower() for line in lines}
    assert sorted(installed().keys() - pinned) == []


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("MIT", True),
        ("EPL-2.0 OR BSD-3-Clause", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", False),
        ("(GPL-2.0-only OR MIT) AND Zlib", True),
        ("MIT AND GPL-3.0-only", False),
        ("BSD License; MIT License", True),
        ("BSD License; GPL", False),
        ("ISC License (ISCL)", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("", False),
        ("MIT)", False),
    ],
)
def test_reading_of_expressions(stated: str, expected: bool) -> None:
    assert permitted(stated) is expected
