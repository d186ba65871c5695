"""The recipe: a whole experiment in one checked document."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from facemetric.training.recipe.data import Data, Sampling
from facemetric.training.recipe.network import Network, Start
from facemetric.training.recipe.objective import Centres, Loss, Reference
from facemetric.training.recipe.optimisation import Optimiser, Schedule
from facemetric.training.recipe.run import Checkpoints, Evaluation, Running
from facemetric.training.recipe.section import OpenSection, Section


class Recipe(Section):
    """What is learnt from, what is trained, what is made small, how, and how long."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
    """Of the run, and of its folder."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    """Of everything that is drawn."""
    data: Data
    sampling: Sampling = Sampling()
    augmentation: OpenSection = OpenSection()
    """Options of `facemetric.datasets.augmentation.Augmentation`; nothing without any."""
    network: Network
    start: Start | None = None
    reference: Reference | None = None
    loss: Annotated[tuple[Loss, ...], Field(min_length=1)]
    centres: Centres = Centres()
    optimiser: Optimiser = Optimiser()
    schedule: Schedule = Schedule()
    run: Running
    checkpoints: Checkpoints = Checkpoints()
    evaluate: tuple[Evaluation, ...] = ()
