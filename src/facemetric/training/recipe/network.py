"""What is trained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from facemetric.training.recipe.section import OpenSection, Section

Size = tuple[Annotated[int, Field(ge=8)], Annotated[int, Field(ge=8)]]


class Network(OpenSection):
    """The network. Further keys are options of `facemetric.backbones.build_backbone`."""

    backbone: str
    """A name of the table of backbones."""
    dim: Annotated[int, Field(ge=2, le=8192)] = 128
    """Length of the embedding."""
    input_px: Size | None = None
    """Height and width that the backbone sees; the chip's where it is not given."""


class Start(Section):
    """Weights to begin with."""

    source: Path
    """A run, for its last weights; a run's ``best.safetensors``; a bundle exported from one."""
    redraw_last: bool = False
    """Draw the last layer anew, as for harmonic embeddings."""
    train_last_only_epochs: Annotated[int, Field(ge=0)] = 0
    """Epochs in which the last layer alone is trained."""
