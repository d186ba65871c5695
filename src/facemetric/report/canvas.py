"""The look of every plot, and the files that one becomes."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from facemetric.errors import DependencyError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, RULE, PAPER = "#1c1e21", "#565b62", "#dcdedb", "#ffffff"

# Okabe, Ito, "Color universal design", 2008, without yellow, which is lost on white paper.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", INK)
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
"""Colours are joined by markers: a copy in grey can still be read."""

DARK = {
    INK: "#eceeee",
    SOFT: "#a9b0b6",
    RULE: "#363b41",
    PAPER: "#1f2226",
    "#0072b2": "#4fa8e0",
    "#d55e00": "#ff8b47",
    "#009e73": "#35c79b",
    "#cc79a7": "#e29bc3",
}
"""What stands for a colour where the page is dark; others stay."""

WIDTH_IN = 3.4
"""One column of a paper; type is then 7 and 8 points."""

_STYLE: dict[str, Any] = {
    "axes.edgecolor": SOFT,
    "axes.formatter.use_mathtext": True,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 8,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 8,
    "figure.constrained_layout.use": True,
    "font.family": ["DejaVu Sans"],
    "font.size": 8,
    "grid.color": RULE,
    "grid.linewidth": 0.5,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "legend.handlelength": 2.2,
    "lines.linewidth": 1.3,
    "lines.markersize": 3.5,
    "mathtext.fontset": "dejavusans",
    "path.simplify": True,
    "savefig.transparent": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "facemetric",
    "text.color": INK,
    "xtick.color": SOFT,
    "xtick.labelcolor": INK,
    "xtick.labelsize": 7,
    "xtick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.color": SOFT,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 7,
    "ytick.major.width": 0.6,
    "ytick.minor.width": 0.4,
}


@dataclass(frozen=True, slots=True)
class Plot:
    """A finished plot.

    Attributes
    ----------
    name
        File name without ending.
    title, caption
        Heading, and how to read it.
    alt
        What it shows, for those who do not see it.
    svg, png
        The files; letters are drawn as paths, so that they look alike everywhere.
    size_px
        Width and height on a page.
    """

    name: str
    title: str
    caption: str
    alt: str
    svg: bytes
    png: bytes
    size_px: tuple[int, int]


def check_plotting() -> None:
    """Raise DependencyError, before the work, where matplotlib is absent."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise DependencyError(
            "plots need matplotlib, which is not installed",
            item="matplotlib",
            fix='Install it with: pip install "facemetric[eval]"',
        ) from error


@contextmanager
def look() -> Iterator[None]:
    """Draw in this report's look, whatever the user's own settings; they come back afterwards.

    Raises
    ------
    DependencyError
        matplotlib is absent.
    """
    check_plotting()
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(cast(Any, _STYLE))
        yield


def new_figure(
    *, height_in: float = 2.6, rows: int = 1, columns: int = 1, share_x: bool = False
) -> tuple[Figure, list[Axes]]:
    """Return an empty figure one column wide, and its axes row by row; call it inside `look`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_IN, height_in))
    axes = figure.subplots(rows, columns, sharex=share_x, squeeze=False)
    return figure, list(axes.ravel())


def finish(
    figure: Figure, name: str, *, title: str, caption: str, alt: str, raster: bool = True
) -> Plot:
    """Return the figure as files, the same bytes for the same figure; call it inside `look`.

    Without ``raster`` the PNG, which takes most of the time, is left empty.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    svg, png = io.BytesIO(), io.BytesIO()
    FigureCanvasSVG(figure)
    # Laid out once: it takes as long as drawing.
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": "facemetric"})
    if raster:
        FigureCanvasAgg(figure)
        figure.savefig(png, format="png", dpi=300, metadata={"Software": "facemetric"})
    width, height = (round(96 * side) for side in figure.get_size_inches().tolist())
    return Plot(name, title, caption, alt, svg.getvalue(), png.getvalue(), (width, height))


def plain(text: str) -> str:
    """Return ``text`` so that matplotlib draws it as it stands, or a box for what it cannot.

    No formula is made of dollar signs, and no name is left out of a legend for its underscore.
    """
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font = get_font(findfont(FontProperties(family="DejaVu Sans")))
    drawn = "".join(
        letter if font.get_char_index(ord(letter)) else "\u25a1"
        for letter in text
        if letter.isprintable()
    )
    drawn = drawn.replace("$", r"\$")
    return f" {drawn}" if drawn.startswith("_") else drawn


def shorten(text: str, *, most: int = 28) -> str:
    """Return ``text`` with its middle left out where it is longer than ``most`` letters."""
    if len(text) <= most:
        return text
    half = (most - 1) // 2
    return f"{text[:half]}…{text[-(most - 1 - half) :]}"


def label_of(names: Sequence[str], place: int) -> str:
    """Return a model's name for a legend, shortened unless that makes two alike."""
    short = [shorten(name) for name in names]
    chosen = short[place] if short.count(short[place]) == 1 else names[place]
    return plain(chosen)


def for_page(svg: bytes) -> bytes:
    """Return an SVG that follows the light or dark setting of the page it stands on."""
    text = svg.decode("utf-8")
    light, dark = [], []
    for number, colour in enumerate(dict.fromkeys((*DARK, *COLOURS))):
        text = text.replace(colour, f"var(--c{number})")
        light.append(f"--c{number}:{colour}")
        dark.append(f"--c{number}:{DARK.get(colour, colour)}")
    style = (
        f"<style>:root{{{';'.join(light)}}}"
        f"@media (prefers-color-scheme:dark){{:root{{{';'.join(dark)}}}}}</style>"
    )
    head = text.index("<svg")
    after = text.index(">", head) + 1
    return (text[:after] + style + text[after:]).encode("utf-8")
