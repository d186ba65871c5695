"""How it is made small."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from facemetric.training.recipe.section import Section

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]


class Optimiser(Section):
    """The update rule; the header (class centres) may have a learning rate of its own.

    Weight decay spares biases, norms and PReLU slopes unless ``decay_norms``.
    """

    name: Literal["sgd", "adamw"] = "sgd"
    lr: Positive = 0.1
    header_lr: Positive | None = None
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9
    nesterov: bool = False
    betas: tuple[Annotated[float, Field(ge=0, lt=1)], Annotated[float, Field(ge=0, lt=1)]] = (
        0.9,
        0.999,
    )
    weight_decay: NotNegative = 5e-4
    header_weight_decay: NotNegative | None = None
    decay_norms: bool = False
    clip_norm: Positive | None = None
    """Largest gradient norm over all parameters."""
    accumulate: Annotated[int, Field(ge=1)] = 1
    """Parts that a batch is worked through in, before one update."""


class Schedule(Section):
    """Learning rate as a share of its peak, over the whole run.

    Epochs may be fractions. ``"step"`` multiplies by ``gamma`` at each of ``milestones``;
    ``"polynomial"`` falls as ``(1 - t) ** power``; ``"cosine"`` as half a cosine; both to
    ``final_share``.
    """

    name: Literal["constant", "step", "cosine", "polynomial"] = "cosine"
    warmup_epochs: NotNegative = 0.0
    milestones: tuple[Positive, ...] = ()
    gamma: Annotated[float, Field(gt=0, le=1)] = 0.1
    power: Positive = 2.0
    final_share: Annotated[float, Field(ge=0, le=1)] = 0.0

    @model_validator(mode="after")
    def _milestones_rise(self) -> Schedule:
        if list(self.milestones) != sorted(set(self.milestones)):
            raise ValueError(f"milestones must rise, got {list(self.milestones)}")
        if self.name == "step" and not self.milestones:
            raise ValueError('"step" needs milestones')
        if self.name != "step" and self.milestones:
            raise ValueError(f'milestones belong to "step", not to {self.name!r}')
        return self
