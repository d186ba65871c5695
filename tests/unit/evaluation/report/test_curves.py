from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from facemetric.evaluation import Evaluation, Identification, Settings, Verification
from facemetric.evaluation.metrics import dir_at_fpir, tar_at_far
from facemetric.evaluation.report.curves import angles_view, dir_view, roc_view, scores_view
from facemetric.evaluation.report.operating import operating_point


def test_the_curve_of_a_list_is_exact_at_every_point(
    measure: Callable[[str, float], Evaluation],
) -> None:
    part = measure("a", 1.0).part("pairs")
    assert isinstance(part, Verification) and part.scores is not None and part.same is not None
    view = roc_view("a", part)
    for x, y in zip(view.x[:-1:40], view.y[:-1:40], strict=True):
        assert y == tar_at_far(part.scores, part.same, min(float(x) * (1 + 1e-9), 0.999999)).tar
    assert view.y[-1] == 1
    assert (view.supported == (view.x * (~part.same).sum() >= 10 - 1e-6)).all()


def test_bands_enclose_the_curve_and_do_not_fall(
    measure: Callable[[str, float], Evaluation],
) -> None:
    for name in ("pairs", "all pairs"):
        part = measure("a", 1.0).part(name)
        assert isinstance(part, Verification)
        view = roc_view("a", part)
        known = np.isfinite(view.low) & np.isfinite(view.high)
        assert known.any() and not known[~view.supported].any()
        assert (np.diff(view.low[known]) >= 0).all() and (np.diff(view.high[known]) >= 0).all()
        # Between the points of the band the curve is a staircase: a little room.
        assert (view.low[known] <= view.y[known] + 0.03).all()
        assert (view.high[known] >= view.y[known] - 0.03).all()


def test_the_open_set_curve_is_exact(measure: Callable[[str, float], Evaluation]) -> None:
    part = measure("a", 1.0).part("open set")
    assert isinstance(part, Identification)
    view = dir_view("a", part, Settings(replicates=30))
    known = np.isfinite(view.low)
    assert known.any() and not known[~view.supported].any()
    for x, y in zip(view.x[:-1:50], view.y[:-1:50], strict=True):
        assert y == dir_at_fpir(part.searches, min(float(x) * (1 + 1e-9), 0.999999)).dir


@pytest.mark.parametrize("name", ["pairs", "all pairs"])
def test_histograms_hold_every_pair(measure: Callable[[str, float], Evaluation], name: str) -> None:
    part = measure("a", 1.0).part(name)
    assert isinstance(part, Verification)
    for view in (scores_view("a", part, ()), angles_view("a", part)):
        assert view.genuine.sum() == part.counts["genuine pairs"]
        assert view.impostor.sum() == part.counts["impostor pairs"]
        assert len(view.edges) == len(view.genuine) + 1


def test_the_operating_point_counts_what_its_threshold_does(
    measure: Callable[[str, float], Evaluation],
) -> None:
    part = measure("a", 1.0).part("pairs")
    assert isinstance(part, Verification) and part.scores is not None and part.same is not None
    point = operating_point(part)
    assert point.far == 0.1  # 60 impostor pairs support no less
    assert point.accepted == (part.scores[~part.same] >= point.threshold).sum() == 6
    assert point.rejected == (part.scores[part.same] < point.threshold).sum()
    streamed = measure("a", 1.0).part("all pairs")
    assert isinstance(streamed, Verification)
    point = operating_point(streamed)
    assert point.accepted <= point.far * streamed.counts["impostor pairs"]
