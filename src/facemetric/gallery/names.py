"""People's names: how they are cleaned, and when two are the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from facemetric.errors import InputError, PersonError
from facemetric.gallery.spelling import fault_of

MAX_NAME_CHARACTERS = 200
_UUID_LENGTH = 36
MAX_GROUP_CHARACTERS = 64
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


def clean_name(name: str) -> str:
    """Return a name that somebody is given: as ``tidy_name``, and spelt with what can be seen.

    Raises
    ------
    PersonError
        Where ``tidy_name`` raises it, it has what nobody sees (see `fault_of`), or looks like an
        id.
    """
    text = tidy_name(name)
    fault = fault_of(text)
    if fault is not None:
        cause, fix = fault
        raise PersonError(f"the name {cause}", item=repr(name[:40]), fix=fix)
    if is_id(text):
        raise PersonError("a name must not look like an id", item=repr(name[:40]))
    return text


def tidy_name(name: str) -> str:
    """Return a name that is looked for in Unicode form NFC, trimmed, with single spaces inside.

    It may be spelt as ``clean_name`` refuses: people whom a gallery has had for long are found.

    Raises
    ------
    PersonError
        Where nothing is left, or the name has more than 200 characters, or what no store holds:
        control characters and halves of surrogate pairs.
    """
    text, fault = _tidied(name)
    if not text:
        raise PersonError("a person's name must not be empty", item=repr(name[:40]))
    if len(text) > MAX_NAME_CHARACTERS:
        raise PersonError(
            f"a name may have {MAX_NAME_CHARACTERS} characters, got {len(text)}",
            item=repr(name[:40]),
        )
    if fault is not None:
        cause, fix = fault
        raise PersonError(f"the name {cause}", item=repr(name[:40]), fix=fix)
    return text


def name_key(name: str) -> str:
    """Return what two spellings of one name share: ``"ANNA  Ek"`` and ``"anna ek"`` are one.

    PersonError where ``tidy_name`` raises it.
    """
    return key_of_clean(tidy_name(name))


def key_of_clean(cleaned: str) -> str:
    """Return ``name_key`` of what ``tidy_name`` returned."""
    if cleaned.isascii():
        return cleaned.casefold()
    folded = unicodedata.normalize("NFKC", cleaned).casefold()
    return unicodedata.normalize("NFKC", folded)


def group_names(groups: Iterable[str], *, known: Iterable[str] = ()) -> tuple[str, ...]:
    """Return names of groups that somebody is put in, as ``tidy_groups`` does.

    Parameters
    ----------
    groups
        The names; each must be spelt with what can be seen.
    known
        Those that he is in already, whose spelling is not judged again.

    Raises
    ------
    InputError
        Where ``tidy_groups`` raises it, or one has what nobody sees (see `fault_of`).
    """
    tidy, had = tidy_groups(groups), frozenset(known)
    for text in tidy:
        fault = None if text in had else fault_of(text)
        if fault is not None:
            cause, fix = fault
            raise InputError(f"the group's name {cause}", item=repr(text[:40]), fix=fix)
    return tidy


def tidy_groups(groups: Iterable[str]) -> tuple[str, ...]:
    """Return names of groups to look for, each once, sorted: in form NFC, trimmed, in their case.

    Raises
    ------
    InputError
        Where one is empty, or has more than 64 characters or what no store holds.
    """
    if isinstance(groups, str):
        raise InputError(f"expected names, got one text: {groups!r}", item="groups")
    tidy = set()
    for group in groups:
        text, fault = _tidied(group)
        if not 0 < len(text) <= MAX_GROUP_CHARACTERS:
            raise InputError(
                f"a group's name has 1 to {MAX_GROUP_CHARACTERS} characters, got {len(text)}",
                item=repr(group[:40]),
            )
        if fault is not None:
            cause, fix = fault
            raise InputError(f"the group's name {cause}", item=repr(group[:40]), fix=fix)
        tidy.add(text)
    return tuple(sorted(tidy))


def is_id(text: str) -> bool:
    """Whether the text has the form of a uuid."""
    return len(text) >= _UUID_LENGTH and _UUID.fullmatch(text.strip()) is not None


def _tidied(name: str) -> tuple[str, tuple[str, str | None] | None]:
    """Return a name tidied, and the fault of one that no store can hold."""
    if name.isascii() and name.isprintable():  # the quick way for most names
        return " ".join(name.split()), None
    text = " ".join(unicodedata.normalize("NFC", name).split())
    unheld = any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text)
    return text, fault_of(text) if unheld else None
