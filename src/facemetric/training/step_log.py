"""What is logged of a step, and when embeddings have collapsed."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from facemetric.errors import TrainingError
from facemetric.training.diagnostics import collapsed, embedding_spread
from facemetric.training.logs import RunLog
from facemetric.training.recipe import Recipe
from facemetric.training.state import Place, Training
from facemetric.training.update import Updated

# Several diagnoses in a row: one batch of few people may look collapsed and not be.
_COLLAPSED_IN_A_ROW = 5


class StepLog:
    """Logs every few steps, and diagnoses every few more, as the recipe says.

    Parameters
    ----------
    recipe
        The run's.
    training
        What is trained.
    folder
        The run's, for errors.
    per_epoch
        Optimiser steps of an epoch.

    Attributes
    ----------
    collapses
        Diagnoses in a row, up to now, that found the embeddings collapsed.
    """

    def __init__(self, recipe: Recipe, training: Training, folder: Path, *, per_epoch: int) -> None:
        self.collapses = 0
        self._recipe = recipe
        self._training = training
        self._folder = folder
        self._per_epoch = per_epoch

    def __call__(self, place: Place, updated: Updated, images_per_s: float, log: RunLog) -> None:
        """Log a step where one is due.

        Parameters
        ----------
        place
            Behind the step.
        updated
            What the step gave.
        images_per_s
            Of all processes together.
        log
            Where it goes.

        Raises
        ------
        TrainingError
            The embeddings have collapsed.
        """
        number = place.step
        run = self._recipe.run
        diagnose = number % run.diagnose_every_steps == 0
        if not diagnose and number % run.log_every_steps and number > 1:
            return
        figures: dict[str, float] = {**updated.figures, "images_per_s": images_per_s}
        for group in self._training.optimiser.param_groups:
            figures[f"lr_{group['name'].replace(', ', '_').replace(' ', '_')}"] = group["lr"]
        if updated.gradient_norm is not None:
            figures["gradient_norm"] = updated.gradient_norm
        if diagnose:
            figures.update(self._diagnosis(updated.embeddings, place, log))
        log.step(number, figures, epoch=place.epoch, loss=updated.loss)
        if self.collapses >= _COLLAPSED_IN_A_ROW:
            raise TrainingError(
                f"the embeddings have collapsed ({_COLLAPSED_IN_A_ROW} diagnoses in a row) at step "
                f"{number}",
                item=str(self._folder),
                fix="Lower the learning rate, or mine softer negatives (semi-hard) at first",
            )

    def _diagnosis(self, embeddings: Tensor, place: Place, log: RunLog) -> dict[str, float]:
        if len(embeddings) < 2:
            return {}
        spread = embedding_spread(embeddings)
        cause = collapsed(spread)
        warm = place.step > self._recipe.schedule.warmup_epochs * self._per_epoch
        self.collapses = self.collapses + 1 if cause is not None and warm else 0
        if self.collapses:
            log.note(place.step, f"collapsing: {cause}", epoch=place.epoch)
        figures = spread.figures()
        for term in self._training.objective.terms.values():
            figures.update(term.diagnosis())
        return figures
