"""What is made small."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from facemetric.training.recipe.section import OpenSection, Section


class Mining(OpenSection):
    """How pairs or triplets are chosen. Further keys are the miner's options."""

    name: str
    """Of `facemetric.miners`."""


class Loss(OpenSection):
    """One term of the sum. Further keys are the loss's options."""

    name: str
    """Of `facemetric.losses`."""
    weight: Annotated[float, Field(gt=0)] = 1.0
    """Its factor."""
    miner: Mining | None = None
    """For losses over pairs or triplets, which need one."""


class Centres(Section):
    """How class centres are kept."""

    sample_rate: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of the other classes that a step compares with (Partial FC)."""


class Reference(Section):
    """A fixed network whose embeddings of the same chips a loss compares with.

    The teacher of a distillation, or the older network of a harmonic embedding.
    """

    bundle: Path | str
    """Name or path of a bundle."""
    pack: Path | None = None
    """The training photographs cut to the bundle's own template, where that is another."""
