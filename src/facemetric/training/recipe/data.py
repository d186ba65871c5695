"""What is learnt from, and in which order it is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from facemetric.training.recipe.section import OpenSection, Section


class Split(Section):
    """Photographs of the same people held back, to measure closed-set accuracy on them."""

    kind: Literal["random", "by-order"] = "random"
    """Drawn with `seed`, or the last ones of the source."""
    train: Annotated[int, Field(ge=1)]
    """Photographs that stay for training."""
    seed: int = 0
    """Of the draw."""
    every_epochs: Annotated[int, Field(ge=1)] = 1
    """The accuracy is measured at the ends of these epochs, and of the last."""


class Data(Section):
    """The training set."""

    train: Annotated[tuple[Path, ...], Field(min_length=1)]
    """Packs, folders of people, lists or record files; merged by person where there are several."""
    min_images: Annotated[int, Field(ge=1)] = 1
    """People with fewer photographs are left out."""
    faceless: bool = False
    """Whether stand-in crops, where no face was found, are learnt from as well."""
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of the photographs that is used, drawn with the recipe's seed."""
    split: Split | None = None
    """What is held back; nothing by default."""
    in_memory: bool = True
    """Decode every chip once and keep it."""
    memory_mb: Annotated[int, Field(ge=1)] = 4096
    """Most memory that this may take."""
    workers: Annotated[int, Field(ge=0)] = 0
    """Processes that decode and augment; 0 is one thread of the training process."""


class Sampling(OpenSection):
    """Which photographs a batch holds. Further keys are the sampler's options."""

    name: str = "shuffle"
    """Of `facemetric.samplers`: shuffle, p-k, class-balanced."""
