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
    """Return a name in Unicode form NFC, trimmed, with single spaces inside.

    Raises
    ------
    PersonError
        Where nothing is left, the name has more than 200 characters or such as nobody sees (see
        `fault_of`), or it looks like an id.
    """
    plain = name.isascii() and name.isprintable()  # the quick way for most names
    text = " ".join((name if plain else unicodedata.normalize("NFC", name)).split())
    if not text:
        raise PersonError("a person's name must not be empty", item=repr(name[:40]))
    if len(text) > MAX_NAME_CHARACTERS:
        raise PersonError(
            f"a name may have {MAX_NAME_CHARACTERS} characters, got {len(text)}",
            item=repr(name[:40]),
        )
    fault = None if plain else fault_of(text)
    if fault is not None:
        cause, fix = fault
        raise PersonError(f"the name {cause}", item=repr(name[:40]), fix=fix)
    if is_id(text):
        raise PersonError("a name must not look like an id", item=repr(name[:40]))
    return text


def name_key(name: str) -> str:
    """Return what two spellings of one name share: ``"ANNA  Ek"`` and ``"anna ek"`` are one."""
    return key_of_clean(clean_name(name))


def key_of_clean(cleaned: str) -> str:
    """Return ``name_key`` of what ``clean_name`` returned."""
    if cleaned.isascii():
        return cleaned.casefold()
    folded = unicodedata.normalize("NFKC", cleaned).casefold()
    return unicodedata.normalize("NFKC", folded)


def group_names(groups: Iterable[str]) -> tuple[str, ...]:
    """Return names of groups, each once, sorted: in Unicode form NFC, trimmed, in their case.

    Raises
    ------
    InputError
        Where one is empty, or has more than 64 characters or such as nobody sees.
    """
    if isinstance(groups, str):
        raise InputError(f"expected names, got one text: {groups!r}", item="groups")
    cleaned = set()
    for group in groups:
        text = " ".join(unicodedata.normalize("NFC", group).split())
        if not 0 < len(text) <= MAX_GROUP_CHARACTERS:
            raise InputError(
                f"a group's name has 1 to {MAX_GROUP_CHARACTERS} characters, got {len(text)}",
                item=repr(group[:40]),
            )
        fault = fault_of(text)
        if fault is not None:
            cause, fix = fault
            raise InputError(f"the group's name {cause}", item=repr(group[:40]), fix=fix)
        cleaned.add(text)
    return tuple(sorted(cleaned))


def is_id(text: str) -> bool:
    """Whether the text has the form of a uuid."""
    return len(text) >= _UUID_LENGTH and _UUID.fullmatch(text.strip()) is not None
