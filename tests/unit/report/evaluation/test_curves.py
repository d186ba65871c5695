from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from facemetric.report.canvas import COLOURS
from facemetric.report.evaluation import CurveView
from facemetric.report.evaluation.curves import det_plot, dir_plot, roc_plot

from .conftest import curve


@pytest.mark.parametrize("draw", [roc_plot, det_plot, dir_plot])
def test_what_the_data_does_not_support_is_dashed_and_said(draw) -> None:
    plot = draw([curve("a")])
    dashed = re.findall(r"stroke-dasharray[^\"]*opacity[^\"]*", plot.svg.decode())
    assert any(COLOURS[0] in line for line in dashed)
    assert "Dashed" in plot.caption
    whole = replace(curve("a"), supported=np.ones(60, bool))
    assert "Dashed" not in draw([whole]).caption


def test_a_band_is_drawn_only_where_the_data_supports_it() -> None:
    none = replace(curve("a"), low=np.full(60, np.nan), high=np.full(60, np.nan))
    assert b"FillBetween" in roc_plot([curve("a")]).svg
    assert len(roc_plot([none]).svg) < len(roc_plot([curve("a")]).svg)


@pytest.mark.parametrize("draw", [roc_plot, det_plot])
def test_extremes_can_be_drawn(draw) -> None:
    x = np.geomspace(0.1, 1, 10)
    nothing, blank = np.zeros(10, bool), np.full(10, np.nan)
    perfect = CurveView("perfect", x, np.ones(10), blank, blank, ~nothing)
    hopeless = CurveView("hopeless", x, np.zeros(10), blank, blank, nothing)
    single = CurveView("one", np.array([1.0]), np.array([1.0]), blank[:1], blank[:1], ~nothing[:1])
    wide = CurveView("bound", x, x, np.zeros(10), np.ones(10), ~nothing)
    for views in ([hopeless], [single], [perfect, hopeless, single, wide]):
        assert draw(views).svg


def test_many_models_get_different_markers_or_colours() -> None:
    plot = roc_plot([curve(f"model {i}", seed=i) for i in range(9)])
    assert "model 8" in plot.alt
