"""What is made small."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from facemetric.training.recipe.section import OpenSection, Section


class Mining(OpenSection):
    """A miner of `facemetric.miners.MINERS` and its options."""

    name: str


class Loss(OpenSection):
    """One term: a loss's name, its share of the sum, its miner; further keys are its options."""

    name: str
    weight: Annotated[float, Field(gt=0)] = 1.0
    miner: Mining | None = None


class Centres(Section):
    """How class centres are kept: the share of other classes drawn each step (Partial FC)."""

    sample_rate: Annotated[float, Field(gt=0, le=1)] = 1.0


class Reference(Section):
    """A fixed network whose embeddings of the same chips a loss compares with.

    The teacher of a distillation, or the older network of a harmonic embedding.
    """

    bundle: Path | str
    """Name or path of a bundle."""
