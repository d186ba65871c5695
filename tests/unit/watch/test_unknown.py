"""Numbers for faces that nobody knows."""

from __future__ import annotations

from facemetric.watch.unknown import UnknownGroups
from layouts.sightings import near, unit


def test_a_face_that_comes_back_has_its_number() -> None:
    groups = UnknownGroups(same=0.9)
    assert groups.number(unit(1), at_s=0) == (1, 1)
    assert groups.number(unit(2), at_s=1) == (2, 1)
    assert groups.number(near(unit(1), 0.95), at_s=2) == (1, 2)


def test_a_face_is_forgotten_after_a_while() -> None:
    groups = UnknownGroups(same=0.9, forget_s=10)
    groups.number(unit(1), at_s=0)
    groups.number(unit(2), at_s=8)
    assert groups.number(unit(1), at_s=11) == (3, 1)
    assert len(groups) == 2


def test_not_more_than_a_thousand_are_remembered() -> None:
    groups = UnknownGroups(same=0.99)
    for seed in range(1050):
        groups.number(unit(seed, 32), at_s=seed / 100)
    assert len(groups) == 1000
    assert groups.number(unit(1049, 32), at_s=11)[0] == 1050
