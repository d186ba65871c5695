from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facemetric.errors import InputError, PersonError
from facemetric.gallery.names import clean_name, group_names, is_id, name_key


@pytest.mark.parametrize(
    ("given_name", "wanted"),
    [
        ("  Anna   Ek ", "Anna Ek"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("\u00a0Ren\u00e9e\u3000", "Ren\u00e9e"),
        ("김철수", "김철수"),
        ("محمد", "محمد"),
    ],
)
def test_names_are_cleaned(given_name: str, wanted: str) -> None:
    assert clean_name(given_name) == wanted


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna Ek", "anna  EK"),
        ("Zoe\u0308", "ZO\u00cb"),
        ("Straße", "STRASSE"),
        ("Ａnna", "Anna"),
        ("Ångström", "ångström"),
    ],
)
def test_spellings_of_one_name_share_a_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_different_names_differ() -> None:
    assert len({name_key(name) for name in ("Ana", "Anna", "Änna", "Ann A")}) == 4


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("", "must not be empty"),
        (" \t\n ", "must not be empty"),
        ("a\x00b", "U\\+0000 as character 2, which is a control character"),
        ("a\x1bb", "control character"),
        ("a\udc80", "half of a surrogate pair"),
        ("x" * 201, "200 characters, got 201"),
        ("0ec8ab2e-3b1f-4a4b-9d55-0f6f1f1f1f1f", "look like an id"),
    ],
)
def test_what_cannot_be_a_name_is_refused(name: str, cause: str) -> None:
    with pytest.raises(PersonError, match=cause):
        clean_name(name)


@pytest.mark.parametrize("clean", [clean_name, lambda name: group_names([name])[0]])
@pytest.mark.parametrize("letter", ["\u202e", "\u200b", "\u2067", "\ufeff", "\u00ad", "\u3164"])
def test_what_nobody_sees_is_named_and_the_way_out_told(
    clean: Callable[[str], str], letter: str
) -> None:
    with pytest.raises((PersonError, InputError)) as caught:
        clean(f"Anna{letter} Ek")
    error = caught.value
    assert f"U+{ord(letter):04X} {unicodedata.name(letter)} as character 5" in error.cause
    assert error.fix == "Spell it 'Anna Ek'" and clean("Anna Ek") == "Anna Ek"
    with pytest.raises((PersonError, InputError)) as caught:
        clean(letter * 3)
    assert caught.value.fix == "Use letters that can be seen"


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    try:
        name = clean_name(text)
    except PersonError:
        return
    assert clean_name(name) == name
    assert unicodedata.is_normalized("NFC", name)
    assert name_key(name) == name_key(text)
    assert not is_id(name)
