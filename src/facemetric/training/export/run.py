"""From a run's folder to its bundle, and to the eight-bit one beside it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facemetric.align import TEMPLATES
from facemetric.bundle import Bundle, open_bundle
from facemetric.bundle.folders import write_whole
from facemetric.bundle.importing import bundle_id
from facemetric.bundle.manifest import Comparable, Licence, Provenance, Result
from facemetric.bundle.store import save_manifest
from facemetric.datasets.chips import ChipSource, open_chips, read_chip
from facemetric.errors import DataError
from facemetric.losses import TUPLE_LOSSES
from facemetric.report.cards import Facts
from facemetric.training.build import build_network
from facemetric.training.export.bundle import Exported, export_bundle
from facemetric.training.export.measure import first_results, measure_bundles
from facemetric.training.export.model_card import CARD_NAME, model_card
from facemetric.training.export.quantise import Quantised, quantise_bundle
from facemetric.training.logs import read_log
from facemetric.training.logs.progress import duration
from facemetric.training.logs.run_log import LOG_NAME
from facemetric.training.page import recipe_facts
from facemetric.training.recipe import Recipe
from facemetric.training.run_folder import ENVIRONMENT_NAME, PEOPLE_NAME, RunFolder
from facemetric.training.warm_start import BEST_NAME, WEIGHTS_NAME, read_weights, warm_start
from facemetric.types import UInt8

Told = Callable[[str], None]

CHIPS = 256
"""Training chips that torch and the graph are compared on, and that calibrate eight bits."""


@dataclass(frozen=True, slots=True)
class ExportedRun:
    """What became of a run; ``quantised`` is ``None`` where it was not asked for."""

    exported: Exported
    quantised: Quantised | None = None

    @property
    def bundles(self) -> tuple[Bundle, ...]:
        """The bundles that were written."""
        made = () if self.quantised is None else (self.quantised.bundle,)
        return (self.exported.bundle, *made)


def export_run(
    run: str | Path,
    out: str | Path,
    *,
    licence: Licence,
    id: str | None = None,
    description: str = "",
    best: bool = False,
    template: str = "arcface-112",
    int8: bool = False,
    measure: bool = True,
    replace: bool = False,
    tell: Told = lambda text: None,
) -> ExportedRun:
    """Make a bundle of a run's weights, the averaged ones where it averaged, with its card.

    Parameters
    ----------
    run
        The run's folder; its training chips must still be where the recipe says.
    out
        The bundle's folder; the eight-bit bundle goes to the same name with ``-int8``.
    licence
        Who may use the weights for what; nothing is assumed.
    id
        The bundle's name; the recipe's where ``None``.
    description
        One sentence; made of the recipe where empty.
    best
        Take the weights of the checkpoint that scored highest, not the last. Where the score is
        that of a protocol which the bundle is then measured by, its figure is that of a choice
        among several.
    template
        How the training chips were cut.
    int8
        Whether to make an eight-bit bundle as well.
    measure
        Whether to measure every bundle by the protocols that the recipe names.
    replace
        Put them in the place of bundles that are there.
    tell
        Called with a line about what is being done.

    Raises
    ------
    DataError
        The run, its weights, its chips or a protocol's data are absent or damaged.
    IntegrityError
        Torch and the graph differ.
    BundleError
        The network cannot be written as ONNX, a folder is taken, or the old bundle of a harmonic
        training cannot be opened.
    """
    folder, out = RunFolder(Path(run)), Path(out)
    recipe = folder.recipe()
    sources = [open_chips(path) for path in recipe.data.train]
    chips = _sample(sources[0], template, seed=recipe.seed)
    name = bundle_id(id, recipe.name)
    network = build_network(recipe, chip_px=(chips.shape[1], chips.shape[2]))
    warm_start(network, read_weights(folder.path / (BEST_NAME if best else WEIGHTS_NAME)))
    tell("writing the graph")
    exported = export_bundle(
        network,
        out,
        id=name,
        chips=chips,
        licence=licence,
        provenance=_provenance(folder, recipe, best=best),
        template=template,
        description=description or _description(recipe),
        recipe=recipe.model_dump(mode="json"),
        comparable_with=_comparable_with(recipe),
        replace=replace,
    )
    quantised = None
    if int8:
        tell("quantising")
        target = out.with_name(f"{out.name}-int8")
        quantised = quantise_bundle(exported.bundle, target, chips=chips, replace=replace)
    made = ExportedRun(exported, quantised)
    results: list[list[Result]] = [[] for _ in made.bundles]
    for asked in recipe.evaluate if measure else ():
        tell(f"measuring {asked.protocol}")
        measured = measure_bundles(
            made.bundles, asked.protocol, pack=asked.pack, data=asked.data, flip=asked.flip
        )
        said = f"{'with' if asked.flip else 'without'} flip averaging, chips of a pack"
        for kept, evaluation in zip(results, measured, strict=True):
            kept += first_results(evaluation, conditions=said)
    finished = [
        _with_results(bundle, [*kept, *own])
        for bundle, kept, own in zip(made.bundles, results, _own_results(made), strict=True)
    ]
    photographs = sum(map(len, sources))
    for bundle in finished:
        card = _card(bundle, folder, recipe, photographs, best=best)
        write_whole(bundle.folder / CARD_NAME, card.encode())
    return _finished(made, finished)


def _sample(source: ChipSource, template: str, *, seed: int) -> UInt8:
    """Return chips of the training set, drawn over all people; DataError where the size is wrong.

    Chips without a face are left out where there are others.
    """
    found = np.flatnonzero(source.found)
    rows = found if len(found) else np.arange(len(source))
    drawn = np.random.default_rng(seed).permutation(rows)[:CHIPS]
    chips = np.stack([read_chip(source, row) for row in drawn.tolist()])
    cut = TEMPLATES[template]
    if chips.shape[1:3] != (cut.height_px, cut.width_px):
        raise DataError(
            f"template {template!r} is {cut.width_px} × {cut.height_px}, the training chips are "
            f"{chips.shape[2]} × {chips.shape[1]}",
            item=source.item(0),
            fix="Name the template that they were cut with (template=, --template)",
        )
    return chips


def _own_results(made: ExportedRun) -> list[list[Result]]:
    """Return, for each bundle, how near it is to what it was made of."""
    found = [
        [
            Result(
                protocol="export",
                metric="largest difference of a value from torch",
                value=made.exported.difference,
                conditions="unit embeddings of training chips",
            )
        ]
    ]
    eight = made.quantised
    if eight is not None:
        said = f"{eight.held} training chips that did not calibrate"
        found.append(
            [
                Result(
                    protocol="int8",
                    metric=f"{kind} similarity to the float32 embedding",
                    value=value,
                    conditions=said,
                )
                for kind, value in (
                    ("mean", eight.similarity_mean),
                    ("least", eight.similarity_min),
                )
            ]
        )
    return found


def _with_results(bundle: Bundle, results: Sequence[Result]) -> Bundle:
    manifest = bundle.manifest.model_copy(update={"results": tuple(results)})
    return save_manifest(bundle, manifest)


def _finished(made: ExportedRun, bundles: Sequence[Bundle]) -> ExportedRun:
    exported = dataclasses.replace(made.exported, bundle=bundles[0])
    if made.quantised is None:
        return ExportedRun(exported)
    return ExportedRun(exported, dataclasses.replace(made.quantised, bundle=bundles[1]))


def _provenance(folder: RunFolder, recipe: Recipe, *, best: bool) -> Provenance:
    names = ", ".join(path.name for path in recipe.data.train)
    return Provenance(
        source=f"facemetric train, run {folder.path.name}, {'best' if best else 'last'} weights",
        data=names,
        recipe=recipe.name,
        importer="facemetric.training.export",
    )


def _comparable_with(recipe: Recipe) -> tuple[Comparable, ...]:
    """Return the old bundle of a harmonic training; a teacher's embeddings are another matter."""
    harmonic = any(
        loss.name in TUPLE_LOSSES
        and {"reference", "triplets"} <= set(TUPLE_LOSSES[loss.name].needs)
        for loss in recipe.loss
    )
    if recipe.reference is None or not harmonic:
        return ()
    manifest = open_bundle(recipe.reference.bundle).manifest
    return (Comparable(bundle=manifest.id, sha256=manifest.model.sha256),)


def _description(recipe: Recipe) -> str:
    losses = " + ".join(loss.name for loss in recipe.loss)
    return f"{recipe.network.backbone} trained with {losses}."


def _card(
    bundle: Bundle, folder: RunFolder, recipe: Recipe, photographs: int, *, best: bool
) -> str:
    records = read_log(folder.path / LOG_NAME)
    kinds = Counter(record.kind for record in records)
    people = folder.read(PEOPLE_NAME)
    losses = [one.loss for one in records if one.kind == "epoch" and one.loss is not None]
    last = f"{losses[-1]:.4g}" if losses else "–"
    data: Facts = (
        ("Sources", ", ".join(path.name for path in recipe.data.train)),
        ("People", f"{len(people):,}"),
        ("Photographs in the sources", f"{photographs:,}"),
    )
    training: Facts = (
        ("Weights", "of the checkpoint that scored highest" if best else "the last"),
        ("Epochs", f"{kinds['epoch']} of {recipe.run.epochs}"),
        ("Optimiser steps", f"{max((one.step for one in records), default=0):,}"),
        ("Mean loss of the last epoch", last),
        ("Time", duration(records[-1].seconds) if records else "–"),
        ("Starting weights", "drawn" if recipe.start is None else recipe.start.source.name),
    )
    known = (folder.path / ENVIRONMENT_NAME).exists()
    environment = folder.read(ENVIRONMENT_NAME) if known else {}
    sections = recipe_facts(recipe.model_dump(mode="json"))
    shown = [(title, rows) for title, rows in sections if title not in _LEFT_OUT]
    return model_card(
        bundle.manifest,
        data=data,
        training=training,
        recipe=shown,
        environment=tuple(environment.items()),
    )


_LEFT_OUT = frozenset({"data", "evaluate", "start", "reference"})
"""Sections with paths of the machine that trained; what matters of them stands elsewhere."""
