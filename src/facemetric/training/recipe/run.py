"""How long, how precisely, how often looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from facemetric.training.recipe.section import Section


class Running(Section):
    """The run itself."""

    epochs: Annotated[int, Field(ge=1)]
    precision: Literal["float32", "bfloat16", "float16"] = "float32"
    device: Literal["cpu", "cuda"] = "cpu"
    threads: Annotated[int, Field(ge=1)] | None = None
    compile: bool = False
    ema_decay: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Decay a step of the averaged weights, which are then the ones measured and exported."""
    log_every_steps: Annotated[int, Field(ge=1)] = 10
    diagnose_every_steps: Annotated[int, Field(ge=1)] = 50


class Checkpoints(Section):
    """When the state is kept; the last and the best are always kept."""

    every_epochs: Annotated[int, Field(ge=1)] = 1
    every_steps: Annotated[int, Field(ge=1)] | None = None
    keep_every_epochs: Annotated[int, Field(ge=1)] | None = None
    """Keep these for good; without it, older ones go when a newer one is written."""


class Evaluation(Section):
    """A protocol measured during training, on a pack that holds its photographs as chips."""

    protocol: str = "lfw"
    data: Path | None = None
    """The protocol's own data; without it the folder of its name in the data folder."""
    pack: Path
    """Chips of every photograph of the protocol, named as there."""
    every_epochs: Annotated[int, Field(ge=1)] = 1
    flip: bool = False
    batch: Annotated[int, Field(ge=1)] = 256
