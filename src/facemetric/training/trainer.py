"""The loop: batches, steps, logs, evaluations, checkpoints."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from facemetric.backbones import virtual_batch_of
from facemetric.errors import CheckpointError
from facemetric.training import build
from facemetric.training.batch_check import check_batches
from facemetric.training.checkpoints import (
    best_checkpoint,
    checkpoint_folder,
    checkpoints_in,
    last_checkpoint,
    prune_checkpoints,
)
from facemetric.training.distributed import Ranks
from facemetric.training.environment import environment
from facemetric.training.evaluation import ProtocolOnPack
from facemetric.training.guard import stop_with_batch
from facemetric.training.loader import Batch, ChipBatches, load_batches, turns_of
from facemetric.training.logs import RunLog, open_run_log
from facemetric.training.material import Material
from facemetric.training.measuring import Measuring
from facemetric.training.optimisers import set_learning_rates
from facemetric.training.recipe import Recipe
from facemetric.training.run_folder import ENVIRONMENT_NAME, RESULTS_NAME, RunFolder
from facemetric.training.seeds import derived_seed
from facemetric.training.state import Place
from facemetric.training.step_log import StepLog
from facemetric.training.update import NotFiniteError, Updated
from facemetric.training.warm_start import BEST_NAME, all_but_last, write_weights


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended.

    Attributes
    ----------
    place
        Where.
    complete
        False where it was asked to stop before its last epoch; it can be resumed.
    figures
        Of the last evaluation.
    """

    place: Place
    complete: bool
    figures: Mapping[str, float] = field(default_factory=dict)


class Trainer:
    """One run of a recipe.

    Parameters
    ----------
    recipe
        What to do.
    folder
        Where everything goes.
    material
        The training set, from `open_material`.
    ranks
        The processes; alone by default.
    protocols
        Measured during training, in the recipe's order.
    reference
        ``float32 (N, E)``: unit embeddings of every training chip by a fixed network, for losses
        that need one.
    should_stop
        Asked after every step; a run that stops writes a checkpoint first.
    progress
        Whether progress is shown on standard error.
    """

    def __init__(
        self,
        recipe: Recipe,
        folder: Path,
        material: Material,
        *,
        ranks: Ranks | None = None,
        protocols: tuple[ProtocolOnPack, ...] = (),
        reference: NDArray[np.float32] | None = None,
        should_stop: Callable[[], bool] = lambda: False,
        progress: bool = False,
    ) -> None:
        self.recipe = recipe
        self.folder = RunFolder(Path(folder))
        self._ranks = ranks if ranks is not None else Ranks()
        self._material = material
        self._measuring = Measuring(recipe, material, protocols, self._ranks)
        self._reference = reference
        self._should_stop = should_stop
        self._progress = progress
        self._sampler = build.build_sampler(recipe, material)
        self._augmentation = build.build_augmentation(recipe)
        self._schedule = build.build_schedule(recipe)
        # A run that goes on has its own weights; what it began with may be gone.
        goes_on = last_checkpoint(self.folder.checkpoints) is not None
        self.training = build.build_training(recipe, material, self._ranks, warm=not goes_on)
        check_batches(self._sampler, self.training, accumulate=recipe.optimiser.accumulate)
        self._updater = build.build_updater(recipe, self.training)
        self._step_log = StepLog(
            recipe, self.training, self.folder.path, per_epoch=self._sampler.batches_per_epoch
        )
        self._saved_step: int | None = None
        self._latest: dict[str, float] = {}

    @property
    def steps(self) -> int:
        """Optimiser steps of the whole run."""
        return self.recipe.run.epochs * self._sampler.batches_per_epoch

    def run(self, *, resume: bool = False) -> Finished:
        """Train to the end of the recipe, or until asked to stop.

        Parameters
        ----------
        resume
            Go on from the folder's last checkpoint; from the beginning where there is none yet.

        Raises
        ------
        InputError
            The folder holds a run and ``resume`` was not asked for, or one of another recipe.
        TrainingError
            A loss is not finite (the batch is saved), or the embeddings have collapsed.
        CheckpointError
            The checkpoint is damaged.
        """
        if self._ranks.first:
            self.folder.prepare(self.recipe, self._material.source.names, resume=resume)
            facts = environment(self._ranks.device, processes=self._ranks.world)
            self.folder.write(ENVIRONMENT_NAME, facts)
        self._ranks.barrier()
        place = Place()
        last = last_checkpoint(self.folder.checkpoints) if resume else None
        if last is not None:
            place, saved = self._load(last)
            self._latest = dict(saved.get("figures", {}))
            self._step_log.collapses = int(saved.get("collapses", 0))
        with open_run_log(
            self.folder.path,
            rank=self._ranks.rank,
            resume_step=place.step if resume else None,
            total_steps=self.steps,
            progress=self._progress,
        ) as log:
            return self._epochs(place, log)

    def _load(self, last: Path) -> tuple[Place, dict[str, Any]]:
        try:
            return self.training.load(last)
        except CheckpointError as error:
            earlier = [path.name for path in checkpoints_in(self.folder.checkpoints)[:-1]]
            if not earlier:
                raise
            fix = f"Remove {last}, and --resume goes on from {earlier[-1]}"
            raise CheckpointError(error.cause, item=error.item, fix=fix) from error

    def _epochs(self, place: Place, log: RunLog) -> Finished:
        while place.epoch < self.recipe.run.epochs:
            place, stopped = self._epoch(place, log)
            more = place.epoch < self.recipe.run.epochs
            if stopped or (more and self._should_stop()):
                # That of an epoch's end, where it is due, is there already, with its score.
                if self._saved_step != place.step:
                    self._checkpoint(place, log, None)
                log.note(place.step, "stopped on request", epoch=place.epoch)
                return Finished(place, False, self._latest)
        return Finished(place, True, self._latest)

    def _epoch(self, place: Place, log: RunLog) -> tuple[Place, bool]:
        """Work through the rest of an epoch; return where it ended and whether it was stopped."""
        epoch, started, seen = place.epoch, time.perf_counter(), 0
        whole = self._sampler.batches(epoch)
        rows = [self._part_here(batch) for batch in whole]
        turns = [self._part_here(batch) for batch in turns_of(whole)]
        batches = ChipBatches(
            self._material.source,
            rows[place.batch :],
            turns[place.batch :],
            augmentation=self._augmentation,
            chip_px=self._material.chip_px,
            seed=derived_seed(self.recipe.seed, "augmentation"),
            epoch=epoch,
        )
        self.training.network.train()
        self.training.objective.train()
        self._updater.frozen = self._frozen(epoch)
        every = self.recipe.checkpoints.every_steps
        for batch in load_batches(batches, workers=self.recipe.data.workers):
            updated = self._step(batch, place)
            seen += len(batch.rows) * self._ranks.world
            place = replace(
                place,
                step=place.step + 1,
                batch=place.batch + 1,
                loss_sum=place.loss_sum + updated.loss,
            )
            rate = seen / (time.perf_counter() - started)
            self._step_log(place, updated, rate, log)
            over = place.batch == len(rows)
            if not over and self._should_stop():
                return place, True
            if not over and every is not None and place.step % every == 0:
                self._checkpoint(place, log, None)
        return self._end_of_epoch(place, log), False

    def _step(self, batch: Batch, place: Place) -> Updated:
        per_epoch = self._sampler.batches_per_epoch
        # The middle of the step: the first is then not done at a rate of 0 in a warm-up.
        set_learning_rates(self.training.optimiser, self._schedule((place.step + 0.5) / per_epoch))
        self.training.objective.advance(place.step, place.step / max(self.steps - 1, 1))
        try:
            updated = self._updater(batch, place.step, reference=self._reference_of(batch))
        except NotFiniteError as error:
            raise stop_with_batch(
                self.folder.path,
                batch,
                cause=error.cause,
                step=place.step,
                items=[self._material.source.item(row) for row in batch.rows.tolist()],
                embeddings=error.embeddings,
                rank=self._ranks.rank,
            ) from error
        if self.training.average is not None:
            self.training.average.update_parameters(self.training.network)
        return updated

    def _end_of_epoch(self, place: Place, log: RunLog) -> Place:
        batches = max(self._sampler.batches_per_epoch, 1)
        mean = place.loss_sum / batches
        log.epoch(place.step, {}, epoch=place.epoch, loss=mean)
        self.training.share_statistics()
        after = Place(step=place.step, epoch=place.epoch + 1)
        measured = self._measuring(self.training, epochs_done=after.epoch)
        if measured.figures:
            self._latest = dict(measured.figures)
        if measured.figures and self._ranks.first:
            log.evaluation(place.step, measured.figures, epoch=place.epoch)
            document = {"epoch": after.epoch, "step": place.step, **measured.figures}
            self.folder.write(RESULTS_NAME, document)
        score = measured.score if self._measuring.scores else -mean
        last = after.epoch == self.recipe.run.epochs
        if last or after.epoch % self.recipe.checkpoints.every_epochs == 0:
            self._checkpoint(after, log, score)
        return after

    def _checkpoint(self, place: Place, log: RunLog, score: float | None) -> None:
        folder = checkpoint_folder(self.folder.checkpoints, place.step)
        facts = {"score": score, "figures": self._latest, "collapses": self._step_log.collapses}
        self.training.share_statistics()
        self.training.save(folder, place, facts)
        self._saved_step = place.step
        if not self._ranks.first:
            return
        log.checkpoint(place.step, folder.name, epoch=place.epoch)
        per_epoch = self._sampler.batches_per_epoch
        every = self.recipe.checkpoints.keep_every_epochs
        prune_checkpoints(
            self.folder.checkpoints,
            keep=None if every is None else lambda step: step % (every * per_epoch) == 0,
        )
        write_weights(self.folder.path, self.training.measured)
        if best_checkpoint(self.folder.checkpoints) == folder:
            write_weights(self.folder.path, self.training.measured, name=BEST_NAME)

    def _part_here(self, batch: NDArray[np.int64]) -> NDArray[np.int64]:
        shares = self._ranks.shares(
            len(batch),
            parts=self.recipe.optimiser.accumulate,
            unit=virtual_batch_of(self.training.network),
        )
        return np.concatenate([batch[share[self._ranks.rank]] for share in shares])

    def _frozen(self, epoch: int) -> tuple[nn.Parameter, ...]:
        start = self.recipe.start
        if start is None or epoch >= start.train_last_only_epochs:
            return ()
        return all_but_last(self.training.network)

    def _reference_of(self, batch: Batch) -> Tensor | None:
        if self._reference is None:
            return None
        return torch.from_numpy(np.ascontiguousarray(self._reference[batch.rows.numpy()]))
