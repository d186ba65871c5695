"""A report of two models that have everything a page can show."""

from __future__ import annotations

import numpy as np
import pytest

from facemetric.report import crop_picture
from facemetric.report.evaluation import (
    ComparisonView,
    CurveView,
    FaceView,
    FigureRow,
    FindingView,
    FoldsView,
    HardestView,
    HistogramView,
    PairView,
    PartView,
    RateView,
    ReportView,
    SliceRow,
    SlicesView,
    SliceView,
)
from facemetric.types import ItemError, UInt8

HOSTILE = "<script>alert(1)</script>\"'&\udce9\u202e"
NAMES = (f"first {HOSTILE}", "_second $x$ 顔")


def curve(name: str, *, seed: int = 0, trials: int = 1000) -> CurveView:
    random = np.random.default_rng(seed)
    x = np.geomspace(1 / trials, 1, 60)
    y = np.sort(random.uniform(0.7, 1, 60))
    blank = np.full(60, np.nan)
    return CurveView(
        name,
        x,
        y,
        np.where(x > 0.05, y - 0.02, blank),
        np.where(x > 0.05, np.minimum(y + 0.02, 1), blank),
        x * trials >= 10,
    )


def ranks(name: str, *, last: int = 20) -> CurveView:
    x = np.arange(1.0, last + 1)
    blank = np.full(last, np.nan)
    return CurveView(name, x, 1 - 0.3 / x, blank, blank, np.ones(last, bool))


def histogram(name: str) -> HistogramView:
    random = np.random.default_rng(1)
    edges = np.linspace(-1, 1, 257)
    genuine, impostor = (
        np.histogram(random.normal(middle, 0.1, 500), edges)[0].astype(float)
        for middle in (0.6, 0.0)
    )
    return HistogramView(name, edges, genuine, impostor, (("FAR 0.01", 0.3), (HOSTILE, 0.31)))


def slices() -> SlicesView:
    rows = (
        SliceRow("below 10", 40, RateView(12, 100, 0.05, 0.2), RateView(3, 900, at_most=0.02)),
        SliceRow(HOSTILE, 0, RateView(0, 0), RateView(5, 900)),
    )
    return SlicesView(
        "size",
        "Face size, pixels",
        "How a pair gets here.",
        tuple(SliceView(name, 0.5, "FAR 0.01", rows, 7, "Far apart.") for name in NAMES),
    )


@pytest.fixture(scope="session")
def part(astronaut: UInt8) -> PartView:
    face = FaceView(crop_picture(astronaut, (170, 60, 280, 200)), HOSTILE, HOSTILE, "no face")
    pair = PairView(face, FaceView(None, "", "lost.jpg", "cannot be read"), 0.61, wrong=True)
    return PartView(
        key="verification-pairs",
        title=f"Verification: {HOSTILE}",
        lead="1,000 pairs.",
        models=NAMES,
        figures=(FigureRow("accuracy", ("99.00 %", "")), FigureRow(HOSTILE, ("a", "b"))),
        roc=tuple(curve(name, seed=i) for i, name in enumerate(NAMES)),
        dir=(curve(NAMES[0]),),
        cmc=tuple(map(ranks, NAMES)),
        distractors=(ranks(NAMES[0], last=200),),
        scores=tuple(map(histogram, NAMES)),
        angles=(histogram(NAMES[0]),),
        folds=tuple(
            FoldsView(name, np.array([0.9, 0.95]), np.array([0.3, 0.31])) for name in NAMES
        ),
        hardest=tuple(
            HardestView(name, 0.3, "FAR 0.01", (pair,), (), (1, 900), (0, 100)) for name in NAMES
        ),
        slices=(slices(),),
        comparisons=(
            ComparisonView("accuracy", *NAMES, 0.9, 0.95, -0.05, -0.1, -0.01, 0.01, 0.02, True),
        ),
        notes=(HOSTILE,),
        clustering=True,
    )


@pytest.fixture(scope="session")
def view(part: PartView) -> ReportView:
    return ReportView(
        title=HOSTILE,
        lead=HOSTILE,
        tallies=(("99 %", HOSTILE),),
        leakage=(
            FindingView("people: fold 1 and fold 2", 3, HOSTILE, (HOSTILE,)),
            FindingView("pictures of 10 photographs", 0, ""),
        ),
        parts=(part,),
        data=(("Photographs", "10"),),
        conditions=((HOSTILE, HOSTILE),),
        missing=(HOSTILE,),
        left_out=(ItemError(HOSTILE, "decode", HOSTILE, HOSTILE),),
        not_checked=(HOSTILE,),
    )
