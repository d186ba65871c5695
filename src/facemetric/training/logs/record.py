"""One line of a run's log."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, cast, get_args

from facemetric.errors import DataError

Kind: TypeAlias = Literal["step", "epoch", "evaluation", "checkpoint", "note"]

_KINDS = get_args(Kind)
_FIELDS = ("kind", "step", "epoch", "seconds", "loss", "figures", "text")


@dataclass(frozen=True, slots=True)
class LogRecord:
    """What was seen at one moment of a run.

    Attributes
    ----------
    kind
        What happened.
    step
        Optimiser steps done, over the whole run.
    epoch
        Number of the epoch, from 0.
    seconds
        Time spent in the run, the parts before each resume included.
    loss
        Training loss; ``None`` where the record has none.
    figures
        Measured values by name, units in the names (``lr_backbone``, ``images_per_s``).
    text
        Words of a note, or a checkpoint's file.
    """

    kind: Kind
    step: int
    epoch: int
    seconds: float
    loss: float | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    text: str = ""

    def to_line(self) -> str:
        """Return the record as one line of JSON; values that are not finite become strings."""
        document = {
            "kind": self.kind,
            "step": self.step,
            "epoch": self.epoch,
            "seconds": round(self.seconds, 3),
            "loss": None if self.loss is None else _written(self.loss),
            "figures": {name: _written(value) for name, value in self.figures.items()},
        }
        if self.text:
            document["text"] = self.text
        return json.dumps(document, allow_nan=False) + "\n"

    @classmethod
    def from_line(cls, line: str, *, item: str) -> LogRecord:
        """Return what `to_line` wrote.

        Parameters
        ----------
        line
            One JSON object.
        item
            File and line, for errors.

        Raises
        ------
        DataError
            The line is no record.
        """
        try:
            values = json.loads(line)
            unknown = sorted(set(values) - set(_FIELDS))
            if unknown or values["kind"] not in _KINDS:
                raise ValueError(f"unknown {unknown or values['kind']!r}")
            loss = values["loss"]
            return cls(
                kind=cast(Kind, values["kind"]),
                step=int(values["step"]),
                epoch=int(values["epoch"]),
                seconds=float(values["seconds"]),
                loss=None if loss is None else float(loss),
                figures={str(name): float(value) for name, value in values["figures"].items()},
                text=str(values.get("text", "")),
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise DataError(
                f"expected a record of a training log, got {line.strip()[:60]!r} ({error})",
                item=item,
                fix="Remove the line, or start the run in another folder",
            ) from error


def _written(value: float) -> Any:
    # JSON has no NaN; float() reads these words back.
    return value if math.isfinite(value) else str(value)
