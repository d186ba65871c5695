"""A packed data set as the page of ``facemetric.report`` takes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from facemetric.cli.pages import write_page
from facemetric.datasets.shards import ShardSource
from facemetric.report import (
    Bars,
    DatasetView,
    FaceTile,
    Facts,
    LeftOutView,
    Picture,
    SuspectView,
    dataset_page,
)
from facemetric.wire import DatasetOut, LabelNoiseOut, LeftOutPhotoOut, SpreadOut

_MOST_SUSPECTS, _MOST_PAIRS, _MOST_EXAMPLES = 60, 30, 200
_TILES = 4
_TITLES = {
    "size_px": "Face size, px",
    "sharpness": "Sharpness",
    "yaw_deg": "Yaw, degrees",
    "pitch_deg": "Pitch, degrees",
    "roll_deg": "Roll, degrees",
    "brightness": "Brightness",
    "contrast": "Contrast",
    "clipped": "Share of pixels black or white",
}


def write_dataset_page(path: Path, answer: DatasetOut) -> None:
    """Write the page of a pack; SourceError where that is impossible."""
    card = answer.card
    noise = answer.label_noise
    chips = _Chips(Path(answer.out), card.settings.width_px, card.settings.height_px)
    view = DatasetView(
        name=card.name,
        tallies=(
            (f"{card.images:,}", "images"),
            (f"{card.people:,}", "people"),
            (f"{card.photographs - card.images:,}", "left out"),
        ),
        spreads=(_person_bars(card.images_per_person), *map(_bars, card.measures)),
        left_out=_left_out(answer.left_out),
        settings=_settings(answer),
        labels_lead="" if noise is None else _lead(noise),
        suspects=() if noise is None else _suspects(noise, chips),
        alike=() if noise is None else _alike(noise, chips),
    )
    write_page(path, dataset_page(view, created=datetime.now(UTC)))


class _Chips:
    """Tiles of a pack by photograph and by person."""

    def __init__(self, folder: Path, width_px: int, height_px: int) -> None:
        self._source = ShardSource(folder)
        self._size_px = width_px, height_px
        self._row_of = {self._source.item(row): row for row in range(len(self._source))}
        self._rows_of = defaultdict(list)
        for row, label in enumerate(self._source.labels.tolist()):
            self._rows_of[self._source.names[label]].append(row)

    def one(self, source: str) -> FaceTile:
        return self._tile(self._row_of[source])

    def some(self, person: str, *, but: str = "") -> tuple[FaceTile, ...]:
        rows = [row for row in self._rows_of[person] if self._source.item(row) != but]
        chosen = np.linspace(0, len(rows) - 1, min(len(rows), _TILES)).astype(int)
        return tuple(self._tile(rows[place]) for place in chosen)

    def _tile(self, row: int) -> FaceTile:
        width, height = self._size_px
        picture = Picture(
            self._source.encoded(row), self._size_px, (0.0, 0.0, float(width), float(height))
        )
        return FaceTile(picture, self._source.item(row))


def _suspects(noise: LabelNoiseOut, chips: _Chips) -> tuple[SuspectView, ...]:
    return tuple(
        SuspectView(
            title=one.source,
            note=f"{one.own:.3f} to {_others(one.others)}, {one.nearest:.3f} to {one.like}",
            face=chips.one(one.source),
            own_name=f"labelled {one.person}",
            own=chips.some(one.person, but=one.source),
            like_name=f"more like {one.like}",
            like=chips.some(one.like),
        )
        for one in noise.suspects[:_MOST_SUSPECTS]
    )


def _alike(noise: LabelNoiseOut, chips: _Chips) -> tuple[SuspectView, ...]:
    return tuple(
        SuspectView(
            title=f"{pair.first} and {pair.second}",
            note=f"similarity {pair.similarity:.3f}",
            face=None,
            own_name=pair.first,
            own=chips.some(pair.first),
            like_name=pair.second,
            like=chips.some(pair.second),
        )
        for pair in noise.alike[:_MOST_PAIRS]
    )


def _others(count: int) -> str:
    return "the person's other image" if count == 1 else f"the person's {count} others"


def _lead(noise: LabelNoiseOut) -> str:
    hidden = len(noise.suspects) > _MOST_SUSPECTS or len(noise.alike) > _MOST_PAIRS
    return (
        f"{noise.bundle} finds {len(noise.suspects):,} of {noise.judged:,} images less like the "
        f"others of their person than {noise.stranger_share:.0%} of strangers are (similarity "
        f"below {noise.far_below:.3f}) and more like somebody else, and {len(noise.alike):,} pairs "
        f"of names that may be one person. It can be wrong: look before you leave any out."
        + (" The first are shown; all images are in suspects.tsv." if hidden else "")
    )


def _person_bars(spread: SpreadOut) -> Bars:
    labels = tuple(
        f"{one.low:.0f}" if one.high - one.low == 1 else f"{one.low:.0f} to {one.high - 1:.0f}"
        for one in spread.bins
    )
    note = f"median {spread.p50:g}, 5 to 95 %: {spread.p5:g} to {spread.p95:g}"
    counts = tuple(one.count for one in spread.bins)
    return Bars("People by their number of images", labels, counts, note)


def _bars(spread: SpreadOut) -> Bars:
    wide = spread.bins[-1].high - spread.bins[0].low
    digits = 0 if wide > 10 else 2
    return Bars(
        _TITLES.get(spread.name, spread.name),
        tuple(_text((one.low + one.high) / 2, digits) for one in spread.bins),
        tuple(one.count for one in spread.bins),
        f"median {_text(spread.p50, digits)}, 5 to 95 %: {_text(spread.p5, digits)} to "
        f"{_text(spread.p95, digits)}",
    )


def _text(value: float, digits: int) -> str:
    """Return a number with a true minus sign, and none before zero."""
    return f"{round(value, digits) + 0:.{digits}f}".replace("-", "\u2212")


def _left_out(photos: Sequence[LeftOutPhotoOut]) -> tuple[LeftOutView, ...]:
    by_reason: dict[str, list[LeftOutPhotoOut]] = {}
    for photo in photos:
        by_reason.setdefault(photo.reason, []).append(photo)
    return tuple(
        LeftOutView(
            reason,
            len(those),
            tuple((photo.source, photo.why) for photo in those[:_MOST_EXAMPLES]),
        )
        for reason, those in sorted(by_reason.items(), key=lambda item: -len(item[1]))
    )


def _settings(answer: DatasetOut) -> Facts:
    card = answer.card
    settings = card.settings.model_dump(exclude_none=True)
    return (
        ("Sources", ", ".join(card.sources)),
        ("Pack", answer.out),
        *((name, str(value)) for name, value in settings.items()),
        ("Shards", ", ".join(f"{one.name}: {one.images:,} images" for one in card.shards)),
        ("Made from", card.made_from),
    )
