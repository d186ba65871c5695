"""The roll of people, beside a dict that does the same in more room."""

from __future__ import annotations

import hashlib
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from facemetric.jobs.roll import Roll

# Few values of each half: ids that share one or the other come often.
halves = st.sampled_from([0, 1, 2**31, 2**63, 2**64 - 1])
ids = st.builds(lambda high, low: str(UUID(int=high << 64 | low)), halves, halves)
digests = st.builds(
    lambda byte, text: bytes([byte]) + hashlib.sha256(text).digest()[1:],
    st.sampled_from([0, 127, 128, 255]),
    st.binary(max_size=2),
)


def of(people: dict[str, bytes]) -> Roll:
    roll = Roll()
    for identity, digest in people.items():
        roll.add(identity, digest)
    return roll


@given(st.dictionaries(ids, digests), st.lists(ids))
def test_it_finds_those_who_are_in_it_once(people: dict[str, bytes], asked: list[str]) -> None:
    roll, left = of(people), dict(people)
    assert len(roll) == len(people)
    for identity in [*asked, *asked]:
        assert roll.get(identity) == people.get(identity)
        assert roll.take(identity) == left.pop(identity, None)
    assert roll.left() == (len(left), next(iter(left), None))


@given(st.dictionaries(ids, digests))
def test_its_checksum_is_over_sorted_digests(people: dict[str, bytes]) -> None:
    expected = hashlib.sha256(b"".join(sorted(people.values()))).hexdigest()
    assert of(people).checksum() == expected
    assert of(dict(reversed(people.items()))).checksum() == expected


def test_it_can_be_added_to_after_somebody_was_looked_for() -> None:
    first, second = str(UUID(int=7)), str(UUID(int=3))
    roll = of({first: b"a" * 32})
    assert roll.get(second) is None
    roll.add(second, b"b" * 32)
    assert (roll.get(first), roll.get(second)) == (b"a" * 32, b"b" * 32)
