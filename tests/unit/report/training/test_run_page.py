from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.report.training import (
    EvaluationRow,
    LineView,
    PanelView,
    RunView,
    panel_plot,
    run_page,
)
from facemetric.report.training.plots import running_mean


def line(name: str = "loss", *, points: int = 5, noisy: bool = False) -> LineView:
    steps = np.arange(1.0, points + 1)
    return LineView(name, steps, 1 / steps, noisy=noisy)


def test_every_part_is_on_the_page() -> None:
    measured = line("LFW <accuracy>")
    view = RunView(
        title="<run>",
        lead="arcface.",
        tallies=(("85.00 %", "LFW accuracy"),),
        learning=(PanelView("loss", "Loss", "Loss", (line(noisy=True),)),),
        evaluations=(PanelView("accuracies", "Accuracy", "Share", (measured,)),),
        health=(PanelView("speed", "Speed", "Images/s", (line(), line("other"))),),
        evaluated=("LFW accuracy",),
        rows=(EvaluationRow(1, 1200, ("85.00 %",)),),
        notes=("Step 3: stopped",),
        recipe=(("optimiser", (("lr", "0.1"),)),),
        environment=(("torch", "2.7"),),
    )
    text, drawn = run_page(view)
    assert [plot.name for plot in drawn] == ["loss", "accuracies", "speed"]
    for part in ("&lt;run&gt;", "1,200", "Step 3: stopped", "optimiser", "2.7", "LFW accuracy"):
        assert part in text
    for anchor in ("learning", "evaluation", "health", "notes", "recipe", "environment"):
        assert f'href="#{anchor}"' in text and f'id="{anchor}"' in text
    assert "<run>" not in text
    assert "photographs of faces" not in text


def test_a_run_that_has_just_begun() -> None:
    text, drawn = run_page(RunView(title="run", lead=""))
    assert drawn == []
    assert "<h2" not in text


@pytest.mark.parametrize("noisy", [True, False])
def test_long_curves_stay_small(noisy: bool) -> None:
    plot = panel_plot(PanelView("loss", "Loss", "Loss", (line(points=50_000, noisy=noisy),)))
    assert len(plot.svg) < 150_000
    assert plot.png == b""
    assert plot.alt == "Loss against the optimiser step: loss."


def test_what_is_not_finite_is_left_out() -> None:
    steps = np.arange(1.0, 4)
    broken = LineView("loss", steps, np.array([1.0, np.nan, np.inf]))
    empty = LineView("x", steps, np.full(3, np.nan), np.zeros(3), np.ones(3))
    plot = panel_plot(PanelView("a", "A", "Loss", (broken, empty), log_axis=True))
    assert b"svg" in plot.svg
    assert plot.caption == "Shaded: 95 % interval."


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(-10, 10), min_size=1, max_size=90))
def test_running_mean_against_a_loop(values: list[float]) -> None:
    means = running_mean(np.array(values))
    half = int(len(values) * 0.05 / 2)
    for place in range(len(values)):
        width = min(place, len(values) - 1 - place, half)
        near = values[place - width : place + width + 1]
        assert means[place] == pytest.approx(sum(near) / len(near), abs=1e-9)
