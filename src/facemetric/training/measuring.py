"""What is measured at the ends of epochs: protocols on packs, and the photographs held back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from facemetric.training.closed_set import closed_set_figures
from facemetric.training.distributed import Ranks
from facemetric.training.evaluation import ProtocolOnPack, figures_by_name
from facemetric.training.material import Material
from facemetric.training.recipe import Recipe
from facemetric.training.state import Training


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures of one moment.

    Attributes
    ----------
    figures
        By names that a log can hold; empty where nothing was due.
    score
        The one that checkpoints are compared by; ``None`` where it was not due, and in all
        processes but the first.
    """

    figures: Mapping[str, float] = field(default_factory=dict)
    score: float | None = None


class Measuring:
    """Protocols and the closed set of a run, each when it is due and at the end.

    Checkpoints are compared by one figure all the way: that of the first protocol where there are
    any, else the closed set's.

    Parameters
    ----------
    recipe
        Says when.
    material
        With the photographs held back, if any.
    protocols
        In the recipe's order; none in other processes than the first.
    ranks
        The processes.
    """

    def __init__(
        self,
        recipe: Recipe,
        material: Material,
        protocols: tuple[ProtocolOnPack, ...],
        ranks: Ranks,
    ) -> None:
        self._recipe = recipe
        self._material = material
        self._protocols = protocols
        self._ranks = ranks

    @property
    def scores(self) -> bool:
        """Whether anything that is measured tells a better checkpoint from a worse one."""
        return bool(self._recipe.evaluate) or self._material.held is not None

    def __call__(self, training: Training, *, epochs_done: int) -> Measured:
        """Measure what is due; every process calls this."""
        figures: dict[str, float] = {}
        score: float | None = None
        if self._ranks.first:
            wanted = zip(self._recipe.evaluate, self._protocols, strict=True)
            for number, (asked, protocol) in enumerate(wanted):
                if not self._due(asked.every_epochs, epochs_done):
                    continue
                found = protocol.measure(training.measured, device=self._ranks.device)
                measured = figures_by_name(found)
                figures.update(measured)
                score = next(iter(measured.values()), None) if number == 0 else score
        split = self._recipe.data.split
        if split is not None and self._due(split.every_epochs, epochs_done):
            # In every process: each holds only some of the centres.
            known = closed_set_figures(
                training.objective, training.measured, self._material, device=self._ranks.device
            )
            figures.update(known)
            if not self._recipe.evaluate:
                score = known["closed_set_accuracy_of_means"]
        self._ranks.barrier()
        return Measured(figures, score)

    def _due(self, every_epochs: int, epochs_done: int) -> bool:
        return epochs_done % every_epochs == 0 or epochs_done == self._recipe.run.epochs
