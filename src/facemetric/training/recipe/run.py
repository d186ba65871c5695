"""How long, how precisely, how often looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from facemetric.training.recipe.section import Section


class Running(Section):
    """The run itself."""

    epochs: Annotated[int, Field(ge=1)]
    """Passes over the sampler's batches."""
    precision: Literal["float32", "bfloat16", "float16"] = "float32"
    """Of the network; losses are computed in float32."""
    device: Literal["cpu", "cuda"] = "cpu"
    """Where; one GPU a process."""
    threads: Annotated[int, Field(ge=1)] | None = None
    """Of a process; torch's choice where it is not given."""
    compile: bool = False
    """Whether the network is compiled by torch."""
    ema_decay: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Decay a step of the averaged weights, which are then the ones measured and exported."""
    log_every_steps: Annotated[int, Field(ge=1)] = 10
    """Between lines of the log."""
    diagnose_every_steps: Annotated[int, Field(ge=1)] = 50
    """Between looks at the spread of embeddings and the lengths of centres."""


class Checkpoints(Section):
    """When the state is kept; the last and the best are always kept."""

    every_epochs: Annotated[int, Field(ge=1)] = 1
    """At the ends of these epochs, and of the last."""
    every_steps: Annotated[int, Field(ge=1)] | None = None
    """Within an epoch as well."""
    keep_every_epochs: Annotated[int, Field(ge=1)] | None = None
    """Keep these for good; without it, older ones go when a newer one is written."""


class Evaluation(Section):
    """A protocol measured during training, on a pack that holds its photographs as chips."""

    protocol: str = "lfw"
    """One of `facemetric evaluate`."""
    data: Path | None = None
    """The protocol's own data; without it the folder of its name in the data folder."""
    pack: Path
    """Chips of every photograph of the protocol, named as there."""
    every_epochs: Annotated[int, Field(ge=1)] = 1
    """At the ends of these epochs, and of the last."""
    flip: bool = False
    """Whether the mirror image counts as well."""
    batch: Annotated[int, Field(ge=1)] = 256
    """Chips in the network at a time."""
