"""What an upgrade costs, on made-up networks whose map is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from facemetric.embed.adaptors import Adaptor
from facemetric.errors import CalibrationError, UnknownNameError
from facemetric.jobs.upgrading import SharedFaces, UpgradeReport, fit_and_measure, report
from layouts.two_networks import seen


@pytest.fixture(scope="module")
def measured() -> tuple[SharedFaces, Adaptor | None, UpgradeReport]:
    faces = seen(120, 4)
    return faces, *fit_and_measure(faces, adaptor="ridge", replicates=40)


def test_the_three_comparisons_are_of_the_same_pairs(
    measured: tuple[SharedFaces, Adaptor, UpgradeReport],
) -> None:
    _, adaptor, found = measured
    assert found.adaptor == "ridge" and adaptor is not None
    assert not set(found.fitted.photos.names) & set(found.held.photos.names)
    one, other, across = found.old_old, found.new_new, found.new_old
    assert one.counts["genuine pairs"] == other.counts["genuine pairs"]
    assert across.counts["genuine pairs"] == 2 * one.counts["genuine pairs"]  # either way round
    for part in (one, other, across):
        figure = part.figure("accuracy")
        assert figure.value is not None and figure.value > 0.8 and figure.interval is not None
    alone = min(report.accuracy(one), report.accuracy(other))
    assert found.loss == pytest.approx(alone - report.accuracy(across)) and abs(found.loss) < 0.1


def test_without_a_map_spaces_do_not_meet() -> None:
    faces = seen(120, 4)
    blind = replace(faces, old=np.roll(faces.new, 5, axis=1))
    _, found = fit_and_measure(blind, adaptor="identity", replicates=40)
    assert report.accuracy(found.new_old) < 0.7 < report.accuracy(found.new_new)
    assert found.loss > 0.2


def test_the_identity_of_comparable_networks_loses_nothing() -> None:
    faces = seen(120, 4)
    adaptor, found = fit_and_measure(replace(faces, old=faces.new), adaptor="identity")
    assert adaptor is None and found.adaptor == "identity"
    assert found.loss == pytest.approx(0, abs=0.02)


def test_the_same_seed_gives_the_same(
    measured: tuple[SharedFaces, Adaptor, UpgradeReport],
) -> None:
    faces, adaptor, found = measured
    again, second = fit_and_measure(faces, adaptor="ridge", replicates=40)
    assert again is not None and second.points == found.points
    np.testing.assert_array_equal(again(faces.old), adaptor(faces.old))


def test_what_cannot_be_done() -> None:
    with pytest.raises(UnknownNameError, match="rigde"):
        fit_and_measure(seen(120, 2), adaptor="rigde")
    with pytest.raises(CalibrationError, match="give no threshold"):
        fit_and_measure(seen(75, 2), adaptor="ridge", held_share=0.1, replicates=20)
