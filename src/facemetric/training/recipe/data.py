"""What is learnt from, and in which order it is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from facemetric.training.recipe.section import OpenSection, Section


class Split(Section):
    """Photographs of the same people held back, to measure closed-set accuracy on them.

    ``"random"`` draws them with ``seed``; ``"by-order"`` takes the last ones of the source.
    """

    kind: Literal["random", "by-order"] = "random"
    train: Annotated[int, Field(ge=1)]
    """Photographs that stay for training."""
    seed: int = 0


class Data(Section):
    """The training set.

    ``train`` names chip sources (`facemetric.datasets.open_chips`), merged by person where there
    are several. People with fewer than ``min_images`` photographs are left out. ``in_memory``
    decodes every chip once, up to ``memory_mb``; otherwise ``workers`` processes decode as they go.
    """

    train: Annotated[tuple[Path, ...], Field(min_length=1)]
    min_images: Annotated[int, Field(ge=1)] = 1
    faceless: bool = False
    """Whether stand-in crops, where no face was found, are learnt from as well."""
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of the photographs that is used, drawn with the recipe's seed."""
    split: Split | None = None
    in_memory: bool = True
    memory_mb: Annotated[int, Field(ge=1)] = 4096
    workers: Annotated[int, Field(ge=0)] = 0


class Sampling(OpenSection):
    """Which photographs a batch holds: a name in `facemetric.samplers.SAMPLERS` and its options."""

    name: str = "shuffle"
