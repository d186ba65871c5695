"""How it is made small."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from facemetric.training.recipe.section import Section

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]


class Optimiser(Section):
    """The update rule."""

    name: Literal["sgd", "adamw"] = "sgd"
    lr: Positive = 0.1
    """Peak learning rate."""
    header_lr: Positive | None = None
    """That of class centres; the same where it is not given."""
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9
    """Of SGD."""
    nesterov: bool = False
    """Of SGD."""
    betas: tuple[Annotated[float, Field(ge=0, lt=1)], Annotated[float, Field(ge=0, lt=1)]] = (
        0.9,
        0.999,
    )
    """Of AdamW."""
    weight_decay: NotNegative = 5e-4
    """Of weights with two dimensions or more."""
    header_weight_decay: NotNegative | None = None
    """That of class centres; the same where it is not given."""
    decay_norms: bool = False
    """Whether biases, norms and PReLU slopes decay too."""
    clip_norm: Positive | None = None
    """Largest norm of the network's gradient."""
    accumulate: Annotated[int, Field(ge=1)] = 1
    """Parts that a batch is worked through in, before one update."""


class Schedule(Section):
    """Learning rate as a share of its peak, over the whole run. Epochs may be fractions."""

    name: Literal["constant", "step", "cosine", "polynomial"] = "cosine"
    warmup_epochs: NotNegative = 0.0
    """Linear rise at the beginning."""
    milestones: tuple[Positive, ...] = ()
    """Epochs at which `step` multiplies by `gamma`."""
    gamma: Annotated[float, Field(gt=0, le=1)] = 0.1
    """Of `step`."""
    power: Positive = 2.0
    """Of `polynomial`, which falls as (1 - t) to this power."""
    final_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Where `cosine` and `polynomial` end."""

    @model_validator(mode="after")
    def _milestones_rise(self) -> Schedule:
        if list(self.milestones) != sorted(set(self.milestones)):
            raise ValueError(f"milestones must rise, got {list(self.milestones)}")
        if self.name == "step" and not self.milestones:
            raise ValueError('"step" needs milestones')
        if self.name != "step" and self.milestones:
            raise ValueError(f'milestones belong to "step", not to {self.name!r}')
        return self
