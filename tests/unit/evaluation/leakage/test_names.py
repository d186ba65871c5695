import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.evaluation.leakage.names import is_number, plain_name, shared_names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("John_Smith", "john smith"),
        ("José_Núñez", "JOSE NUNEZ"),
        ("Jean-Luc  Picard", "jean_luc_picard"),
        ("Søren Øst", "soren ost"),
        ("00123", "123"),
        ("Straße", "STRASSE"),
    ],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert plain_name(one) == plain_name(other)


@pytest.mark.parametrize(
    ("one", "other"), [("John Smith", "Smith John"), ("Ann", "Anna"), ("123", "124"), ("王", "李")]
)
def test_other_names(one: str, other: str) -> None:
    assert plain_name(one) != plain_name(other)


def test_numbers_and_signs_alone() -> None:
    assert is_number("0012")
    assert not is_number("n0012")
    assert plain_name("000") == "0"
    assert plain_name("_-_") == "_-_"


def test_shared_names_keep_both_spellings() -> None:
    found = shared_names(["Ann_Lee", "Bob", ""], ["ann lee", "Carl", ""])
    assert found == (("Ann_Lee", "ann lee"),)


@given(st.sets(st.text(max_size=6)), st.sets(st.text(max_size=6)))
@settings(deadline=None, max_examples=50)
def test_sharing_is_symmetric_and_nothing_is_missed(first: set[str], second: set[str]) -> None:
    there = {plain_name(a) for a, _ in shared_names(first, second)}
    back = {plain_name(a) for a, _ in shared_names(second, first)}
    plain = ({plain_name(name) for name in names if name} for names in (first, second))
    assert there == back == set.intersection(*plain)
