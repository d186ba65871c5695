from __future__ import annotations

import numpy as np
import pytest

from facemetric.report.evaluation import FoldsView, HistogramView, RateView, SliceRow
from facemetric.report.evaluation.folds import folds_plot
from facemetric.report.evaluation.histograms import angles_plot, scores_plot
from facemetric.report.evaluation.ranks import cmc_plot, distractors_plot
from facemetric.report.evaluation.slice_views import SlicesView, SliceView
from facemetric.report.evaluation.slices import slices_plot

from .conftest import histogram, ranks, slices


def test_every_plot_says_in_words_what_it_shows() -> None:
    plots = [
        cmc_plot([ranks("a"), ranks("b")]),
        distractors_plot([ranks("a", last=300)]),
        scores_plot(histogram("a"), name="scores"),
        angles_plot(histogram("a"), name="angles"),
        folds_plot([FoldsView("a", np.array([0.9, 1.0]), np.array([0.5, 0.5]))]),
        slices_plot(slices(), name="slices-size"),
    ]
    for plot in plots:
        assert plot.title and plot.caption and plot.alt.endswith(".")
    assert len({plot.name for plot in plots}) == len(plots)


@pytest.mark.parametrize("bins", [1, 2, 1000])
def test_a_histogram_of_few_values_can_be_drawn(bins: int) -> None:
    edges = np.linspace(-1, 1, bins + 1)
    counts = np.zeros(bins)
    empty = HistogramView("a", edges, counts, counts)
    one = HistogramView("a", edges, counts + (np.arange(bins) == 0), counts, (("x", 5.0),))
    for view in (empty, one):
        assert scores_plot(view, name="scores").svg


def test_a_histogram_keeps_every_value() -> None:
    from facemetric.report.evaluation.histograms import _coarse

    view = histogram("a")
    edges, genuine, impostor = _coarse(view)
    assert genuine.sum() == view.genuine.sum() and impostor.sum() == view.impostor.sum()
    assert len(edges) == len(genuine) + 1 <= 82
    assert (np.diff(edges) > 0).all()


def test_one_rank_and_one_fold_can_be_drawn() -> None:
    assert cmc_plot([ranks("a", last=1)]).svg
    assert folds_plot([FoldsView("a", np.array([1.0]), np.array([0.5]))]).svg


def test_slices_without_any_pair_can_be_drawn() -> None:
    rows = (SliceRow("nothing", 0, RateView(0, 0), RateView(0, 0)),)
    view = SlicesView("k", "K", "d", (SliceView("a", 0.5, "s", rows),))
    assert slices_plot(view, name="slices-k").svg


def test_a_rate_of_no_pairs_is_none() -> None:
    assert RateView(0, 0).rate is None
    assert RateView(1, 4).rate == 0.25
