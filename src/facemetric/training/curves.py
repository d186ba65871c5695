"""A log's figures sorted into the plots of a run's page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from facemetric.report.training import LineView, PanelView
from facemetric.training.logs import LogRecord
from facemetric.training.wording import said_name


@dataclass(frozen=True, slots=True)
class _Family:
    """Figures of steps that belong on one plot."""

    key: str
    title: str
    axis: str
    belongs: Callable[[str], bool]
    caption: str = ""
    log_axis: bool = False
    noisy: bool = True
    prefix: str = ""
    """What the names of all have in common, which the legend leaves out."""


_SPREAD = frozenset(
    {"embedding_mean_cosine", "embedding_dimension_deviation", "embedding_quietest_deviation"}
)
_LEARNING = (
    _Family(
        "terms",
        "Losses by term",
        "Loss",
        lambda name: name.startswith("loss_"),
        prefix="loss_",
    ),
    _Family(
        "rates",
        "Learning rates",
        "Rate",
        lambda name: name.startswith("lr"),
        noisy=False,
        prefix="lr_",
    ),
    _Family(
        "accuracy",
        "Accuracy in the batch",
        "Share",
        lambda name: name.endswith("accuracy"),
        "Of training photographs, by the class centres before this step.",
    ),
    _Family(
        "gradient",
        "Length of the gradient",
        "Norm",
        lambda name: name.startswith("gradient"),
        "Before it is clipped.",
        log_axis=True,
    ),
)
_HEALTH = (
    _Family(
        "spread",
        "Spread of the embeddings",
        "Cosine, deviation",
        lambda name: name in _SPREAD,
        "A mean cosine near 1 with deviations near 0: all faces at one point.",
        noisy=False,
        prefix="embedding_",
    ),
    _Family(
        "rank",
        "Directions in use",
        "Effective rank",
        lambda name: name == "embedding_effective_rank",
        "At most the smaller of batch and dimension; near 1: all faces on one line.",
        noisy=False,
    ),
    _Family(
        "norms",
        "Lengths of raw embeddings",
        "Norm",
        lambda name: name.startswith("embedding_norm"),
        noisy=False,
        prefix="embedding_norm_",
    ),
    _Family(
        "centres",
        "Lengths of class centres",
        "Norm",
        lambda name: name.startswith("centre_norm"),
        "As the optimiser holds them, before they are brought to unit length.",
        noisy=False,
        prefix="centre_norm_",
    ),
    _Family(
        "triplets",
        "Kinds of triplets",
        "Share",
        lambda name: name.startswith("share_") or name.endswith("_share"),
        "Hard: the negative is nearer than the positive; easy: it is further by the margin.",
        prefix="share_",
    ),
    _Family("mined", "Mined in a batch", "Number", lambda name: name.startswith("mined")),
    _Family("speed", "Speed", "Images/s", lambda name: name == "images_per_s"),
)


def learning_panels(records: Sequence[LogRecord]) -> tuple[PanelView, ...]:
    """Return the loss, its terms, learning rates, accuracy in the batch, gradients."""
    lines = [
        _line("each step", [one for one in records if one.kind == "step"], _loss, noisy=True),
        _line("mean of the epoch", [one for one in records if one.kind == "epoch"], _loss),
    ]
    kept = tuple(line for line in lines if line is not None)
    loss = [PanelView("loss", "Loss", "Loss", kept)] if kept else []
    return (*loss, *_panels(_LEARNING, records))


def health_panels(records: Sequence[LogRecord]) -> tuple[PanelView, ...]:
    """Return spread, rank, lengths, triplets and speed; then a plot for each other figure."""
    steps = [record for record in records if record.kind == "step"]
    families = (*_LEARNING, *_HEALTH)
    others = [
        name for name in _names(steps) if not any(family.belongs(name) for family in families)
    ]
    rest = [
        _Family(f"other-{number}", said_name(name), "Value", name.__eq__)
        for number, name in enumerate(others)
    ]
    return (*_panels(_HEALTH, records), *_panels(rest, records))


def evaluation_panels(records: Sequence[LogRecord]) -> tuple[PanelView, ...]:
    """Return accuracies with their intervals, and the other shares on a plot of their own."""
    found = [record for record in records if record.kind == "evaluation"]
    names = [
        name
        for name in _names(found)
        if not name.endswith(("_low", "_high", "_ceiling")) and _is_share(found, name)
    ]
    parts = (
        ("accuracies", "Accuracy", [name for name in names if "accuracy" in name]),
        ("figures", "Other figures", [name for name in names if "accuracy" not in name]),
    )
    return tuple(
        PanelView(
            key,
            title if len(kept) > 1 else said_name(kept[0]),
            "Share",
            tuple(_measured(found, name) for name in kept),
        )
        for key, title, kept in parts
        if kept
    )


def _panels(families: Iterable[_Family], records: Sequence[LogRecord]) -> list[PanelView]:
    steps = [record for record in records if record.kind == "step"]
    made: list[PanelView] = []
    for family in families:
        names = [name for name in _names(steps) if family.belongs(name)]
        lines = [
            _line(
                said_name(name.removeprefix(family.prefix)),
                steps,
                _figure(name),
                noisy=family.noisy,
            )
            for name in names
        ]
        kept = tuple(line for line in lines if line is not None)
        if kept:
            made.append(
                PanelView(
                    family.key, family.title, family.axis, kept, family.caption, family.log_axis
                )
            )
    return made


def _names(records: Iterable[LogRecord]) -> list[str]:
    return list(dict.fromkeys(name for record in records for name in record.figures))


def _loss(record: LogRecord) -> float | None:
    return record.loss


def _figure(name: str) -> Callable[[LogRecord], float | None]:
    return lambda record: record.figures.get(name)


def _line(
    name: str,
    records: Sequence[LogRecord],
    value_of: Callable[[LogRecord], float | None],
    *,
    noisy: bool = False,
) -> LineView | None:
    points = [(record.step, value_of(record)) for record in records]
    kept = [(float(step), value) for step, value in points if value is not None]
    if not kept:
        return None
    steps, values = np.array(kept, np.float64).T
    return LineView(name, steps, values, noisy=noisy)


def _measured(records: Sequence[LogRecord], name: str) -> LineView:
    kept = [record for record in records if name in record.figures]
    steps = np.array([record.step for record in kept], np.float64)
    columns = [
        np.array([record.figures.get(key, np.nan) for record in kept], np.float64)
        for key in (name, f"{name}_low", f"{name}_high")
    ]
    banded = bool(np.isfinite(columns[1]).any())
    low, high = (columns[1], columns[2]) if banded else (None, None)
    return LineView(said_name(name), steps, columns[0], low, high)


def _is_share(records: Sequence[LogRecord], name: str) -> bool:
    values = [record.figures[name] for record in records if name in record.figures]
    return all(0 <= value <= 1 for value in values if np.isfinite(value))
