from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.datasets.chips import ChipSource, SubsetSource, at_least_k, open_chips
from facemetric.errors import InputError


class Labels:
    """A source that has people and no pictures."""

    def __init__(self, people):
        self.names = tuple(sorted(set(people)))
        self.labels = np.array([self.names.index(person) for person in people], np.int64)
        self.found = np.arange(len(people)) % 3 > 0

    def __len__(self):
        return len(self.labels)

    def encoded(self, row):
        return bytes([row])

    def item(self, row):
        return f"item {row}"


PEOPLE = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=20)


@settings(deadline=None, max_examples=60)
@given(people=PEOPLE, keep_names=st.booleans(), data=st.data())
def test_rows_of_the_source_in_the_order_asked_for(people, keep_names, data):
    source = Labels(people)
    rows = data.draw(st.lists(st.sampled_from(range(len(people))), unique=True))
    subset = SubsetSource(source, rows, keep_names=keep_names)
    assert isinstance(subset, ChipSource)
    assert len(subset) == len(rows)
    assert [subset.names[label] for label in subset.labels] == [people[row] for row in rows]
    assert subset.found.tolist() == [row % 3 > 0 for row in rows]
    assert [subset.encoded(k) for k in range(len(rows))] == [bytes([row]) for row in rows]
    assert [subset.item(k) for k in range(len(rows))] == [f"item {row}" for row in rows]
    assert list(subset.names) == sorted(set(people) if keep_names else {people[r] for r in rows})


@settings(deadline=None, max_examples=60)
@given(people=PEOPLE, k=st.integers(1, 5))
def test_people_with_enough_pictures(people, k):
    count = Counter(people)
    subset = at_least_k(Labels(people), k)
    wanted = [person for person in people if count[person] >= k]
    assert [subset.names[label] for label in subset.labels] == wanted


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([0, 6], "rows: expected rows 0 to 5, got 0 to 6"),
        ([-1], "got -1 to -1"),
        ([1, 2, 1], "a row occurs twice"),
        ([0.5], "expected whole numbers"),
        ([[1]], "expected whole numbers"),
        (np.ones(6, bool), "expected whole numbers .*, got bool"),
    ],
)
def test_wrong_rows(rows, message, people):
    with pytest.raises(InputError, match=message):
        SubsetSource(open_chips(people), rows)


def test_at_least_none(people):
    with pytest.raises(InputError, match="k: expected at least 1, got 0"):
        at_least_k(open_chips(people), 0)
