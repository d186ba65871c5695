"""What is trained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from facemetric.training.recipe.section import OpenSection, Section

Size = tuple[Annotated[int, Field(ge=8)], Annotated[int, Field(ge=8)]]


class Network(OpenSection):
    """A backbone of `facemetric.backbones.BACKBONES`; further keys are its own options."""

    backbone: str
    dim: Annotated[int, Field(ge=2, le=8192)] = 128
    input_px: Size | None = None
    """Height and width that the backbone sees; the chip's size where it is not given."""


class Start(Section):
    """Weights to begin with, from a run or a bundle that was made here."""

    source: Path
    redraw_last: bool = False
    """Draw the last layer anew, as for harmonic embeddings."""
    train_last_only_epochs: Annotated[int, Field(ge=0)] = 0
    """Epochs in which the last layer alone is trained."""
