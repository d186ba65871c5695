from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from facemetric.report.evaluation import StudyFigure, StudyLine, StudyView, study_page, study_plot

PAPER = {10.0: 0.673, 50.0: 0.855, 90.0: 0.865}


def line(name: str, *values: float) -> StudyLine:
    made = np.array(values)
    texts = tuple(f"{100 * value:.2f} %" for value in (*values, 0.99))
    return StudyLine(name, made, made - 0.02, made + 0.02, 0.99, texts)


def view(*lines: StudyLine, paper: Mapping[float, float] = PAPER) -> StudyView:
    levels = np.array([10.0, 50, 90])
    figure = StudyFigure("pairs-tar", "TAR at FAR 0.001", levels, lines, paper)
    return StudyView(
        title="JPEG quality: LFW",
        lead="a",
        axis="JPEG quality",
        log_axis=False,
        paper_name="FaceNet (paper)" if paper else "",
        paper_note="FaceNet, table 4",
        figures=(figure,),
        conditions=(("protocol", "lfw"),),
        notes=("A <rule>.",),
    )


def test_page_has_every_level_beside_the_papers() -> None:
    page, (plot,) = study_page(view(line("first", 0.7, 0.9, 0.95), line("<b>", 0.8, 0.9, 0.97)))
    text = page.replace("\n", "")
    for part in ("70.00 %", "97.00 %", "99.00 %", "67.3 %", "85.5 %", "86.5 %", "unchanged"):
        assert part in text
    assert "&lt;b&gt;" in text and "<b></th>" not in text
    assert "A &lt;rule&gt;." in text
    assert "photographs of faces" not in text
    assert plot.name == "pairs-tar"
    assert "first, <b>, with FaceNet (paper)." in plot.alt
    assert plot.svg.startswith(b"<?xml") and plot.png.startswith(b"\x89PNG")


def test_no_column_without_a_paper() -> None:
    page, (plot,) = study_page(view(line("first", 0.7, 0.9, 0.95), paper={}))
    assert "FaceNet" not in page
    assert plot.alt == "TAR at FAR 0.001 against JPEG quality of first."


@pytest.mark.parametrize("log_axis", [False, True])
def test_bounds_alone_and_single_levels_can_be_drawn(log_axis: bool) -> None:
    empty = line("first", np.nan, np.nan, np.nan)
    made = replace(view(empty, paper={}), log_axis=log_axis)
    assert study_plot(made, made.figures[0]).svg
    one = StudyLine("a", *(np.array([0.5]),) * 3, unchanged=np.nan, texts=("50 %", "no figure"))
    single = replace(made.figures[0], levels=np.array([10.0]), lines=(one,))
    assert study_plot(made, single).svg


def test_the_same_bytes_again() -> None:
    made = view(line("first", 0.7, 0.9, 0.95))
    first, again = (study_plot(made, made.figures[0]) for _ in range(2))
    assert (first.svg, first.png) == (again.svg, again.png)
