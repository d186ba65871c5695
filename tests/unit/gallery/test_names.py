from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facemetric.errors import PersonError
from facemetric.gallery.names import clean_name, is_id, name_key


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
        ("a\x00b", "control characters"),
        ("a\x1bb", "control characters"),
        ("a\udc80", "control characters"),
        ("x" * 201, "200 characters, got 201"),
        ("0ec8ab2e-3b1f-4a4b-9d55-0f6f1f1f1f1f", "look like an id"),
    ],
)
def test_what_cannot_be_a_name_is_refused(name: str, cause: str) -> None:
    with pytest.raises(PersonError, match=cause):
        clean_name(name)


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
