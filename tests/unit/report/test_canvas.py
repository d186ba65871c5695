from __future__ import annotations

import sys
import xml.etree.ElementTree as ET

import pytest

from facemetric.errors import DependencyError
from facemetric.report.canvas import (
    COLOURS,
    DARK,
    check_plotting,
    finish,
    for_page,
    label_of,
    look,
    new_figure,
    plain,
    shorten,
)
from facemetric.report.evaluation.curves import roc_plot

from .evaluation.conftest import HOSTILE, curve


def test_a_plot_is_the_same_bytes_each_time() -> None:
    first, second = (roc_plot([curve("a"), curve("b", seed=1)]) for _ in range(2))
    assert first.svg == second.svg and first.png == second.png
    assert first.png.startswith(b"\x89PNG")
    assert b"date" not in first.svg.split(b"</metadata>")[0]


def test_the_users_own_settings_neither_matter_nor_change() -> None:
    import matplotlib as mpl

    plain_plot = roc_plot([curve("a")])
    with mpl.rc_context({"font.size": 30.0, "axes.grid": False, "svg.fonttype": "none"}):
        assert roc_plot([curve("a")]).svg == plain_plot.svg
        assert mpl.rcParams["font.size"] == 30.0
    assert "matplotlib.pyplot" not in sys.modules


def test_a_figure_fits_a_column_and_is_sharp_in_print() -> None:
    import cv2
    import numpy as np

    plot = roc_plot([curve("a")])
    pixels = cv2.imdecode(np.frombuffer(plot.png, np.uint8), cv2.IMREAD_COLOR)
    assert pixels.shape[1] == pytest.approx(3.4 * 300, abs=2)
    assert plot.size_px[0] == pytest.approx(3.4 * 96, abs=1)


def test_without_matplotlib_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(DependencyError, match=r'pip install "facemetric\[eval\]"'):
        check_plotting()
    with pytest.raises(DependencyError), look():
        pass


def test_letters_are_drawn_as_they_stand_or_as_a_box() -> None:
    assert plain("a$b$") == r"a\$b\$"
    assert plain("_x") == " _x"
    assert plain("é顔\n") == "é□"
    assert plain(HOSTILE)  # no warning either: warnings are errors here
    with look():
        figure, (axes,) = new_figure()
        axes.set_xlabel(plain("50 $ and 5 $ \\frac 顔"))
        finish(figure, "x", title="", caption="", alt="")


def test_names_are_shortened_unless_that_makes_two_alike() -> None:
    long = "a" * 30 + "x" + "b" * 30
    assert len(shorten(long)) == 28 and shorten("short") == "short"
    assert label_of([long, "other"], 0) == shorten(long)
    assert label_of([long, long.replace("x", "y")], 0) == long


def test_a_plot_on_a_page_follows_its_light_or_dark() -> None:
    text = for_page(roc_plot([curve("a")]).svg).decode()
    root = ET.fromstring(text)
    assert root.tag.endswith("svg")
    assert "prefers-color-scheme:dark" in text
    style, drawn = text[: text.index("</style>")], text[text.index("</style>") :]
    for light, dark in DARK.items():
        assert light in style and dark in style and light not in drawn
    assert "var(--c" in drawn and COLOURS[0] not in drawn
    # Nothing is fetched: every reference is to the drawing itself.
    links = [v for e in root.iter() for k, v in e.attrib.items() if k.endswith("href")]
    assert links and all(link.startswith("#") for link in links)


def relative_luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [False, True])
def test_lines_stand_out_from_the_paper(dark: bool) -> None:
    paper = relative_luminance("#1f2226" if dark else "#ffffff")
    for colour in COLOURS:
        shown = relative_luminance(DARK.get(colour, colour) if dark else colour)
        contrast = (max(paper, shown) + 0.05) / (min(paper, shown) + 0.05)
        # WCAG 1.4.11 asks 3 of what carries meaning; here markers carry it too.
        assert contrast >= 2.2, colour
