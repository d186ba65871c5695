"""The sum of a recipe's losses over one global batch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn


@dataclass(frozen=True, eq=False, slots=True)
class BatchFacts:
    """What losses may look at beside the embeddings of a batch.

    Attributes
    ----------
    labels
        ``int64 (N,)``: classes.
    reference
        ``float32 (N, E)``: unit embeddings of the same chips by a fixed network; ``None`` without.
    generator
        Of everything drawn for this step.
    step
        Optimiser steps done before this one.
    """

    labels: Tensor
    reference: Tensor | None
    generator: torch.Generator
    step: int


@dataclass(frozen=True, eq=False, slots=True)
class Outcome:
    """A loss with its gradient, and what was seen on the way."""

    loss: Tensor
    figures: Mapping[str, Tensor] = field(default_factory=dict)


class Term(nn.Module, ABC):
    """One loss of the sum."""

    @abstractmethod
    def forward(self, embeddings: Tensor, facts: BatchFacts) -> Outcome:
        """Return the loss of raw embeddings ``(N, D)``."""

    def advance(self, step: int, progress: float) -> None:
        """Move schedules: optimiser steps done, and the share of the run that is over."""

    def predictions(self, embeddings: Tensor) -> Tensor | None:
        """Return the class of each embedding, ``int64 (N,)``, where the loss knows classes."""
        return None

    def diagnosis(self) -> Mapping[str, float]:
        """Return figures of what the loss has learnt, such as the lengths of class centres."""
        return {}


class Objective(nn.Module):
    """The weighted sum of terms.

    Parameters
    ----------
    terms
        By name, in the recipe's order.
    weights
        Factors, by the same names.
    """

    def __init__(self, terms: Mapping[str, Term], weights: Mapping[str, float]) -> None:
        super().__init__()
        self.terms = nn.ModuleDict(terms)
        self._weights = dict(weights)

    def forward(self, embeddings: Tensor, facts: BatchFacts) -> Outcome:
        """Return the sum over all terms; each term's own loss is a figure where there are several.

        A figure that an earlier term has too gets the later term's name behind its own.
        Computed in float32 whatever the network's precision.
        """
        embeddings = embeddings.float()
        total = embeddings.new_zeros(())
        figures: dict[str, Tensor] = {}
        for name, term in self.terms.items():
            outcome = term(embeddings, facts)
            total = total + self._weights[name] * outcome.loss
            for figure, value in outcome.figures.items():
                figures[f"{figure}_{name}" if figure in figures else figure] = value
            if len(self.terms) > 1:
                figures[f"loss_{name}"] = outcome.loss.detach()
        return Outcome(total, figures)

    def advance(self, step: int, progress: float) -> None:
        """Move the schedules of every term."""
        for term in self.terms.values():
            term.advance(step, progress)

    def predictions(self, embeddings: Tensor) -> Tensor | None:
        """Return the classes that the first term with classes predicts; ``None`` without one."""
        for term in self.terms.values():
            classes: Tensor | None = term.predictions(embeddings)
            if classes is not None:
                return classes
        return None
