"""From a recipe to the objects that a run is made of."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from facemetric.backbones import build_backbone, virtual_batch_of
from facemetric.datasets.augmentation import Augmentation
from facemetric.errors import DataError, InputError
from facemetric.losses import MARGINS, TUPLE_LOSSES
from facemetric.miners import MINERS, PAIR_MINERS
from facemetric.samplers import SAMPLERS, Sampler
from facemetric.training import schedules
from facemetric.training.distributed import Ranks, ShardedCentres, replicated
from facemetric.training.material import Material
from facemetric.training.network import EmbeddingNetwork
from facemetric.training.objective import Objective, Term
from facemetric.training.optimisers import build_optimiser, parameter_groups
from facemetric.training.precision import Precision
from facemetric.training.recipe import Recipe
from facemetric.training.recipe.objective import Loss
from facemetric.training.seeds import derived_seed
from facemetric.training.state import Training
from facemetric.training.terms import MarginTerm, TupleTerm
from facemetric.training.update import Updater
from facemetric.training.warm_start import read_weights, warm_start


def build_network(recipe: Recipe, *, chip_px: tuple[int, int]) -> EmbeddingNetwork:
    """Return the network with weights drawn from the recipe's seed.

    Parameters
    ----------
    recipe
        Its network section.
    chip_px
        Height and width of the chips.
    """
    input_px = recipe.network.input_px or chip_px
    backbone = build_backbone(
        recipe.network.backbone,
        dim=recipe.network.dim,
        size_px=input_px,
        generator=torch.Generator().manual_seed(derived_seed(recipe.seed, "weights")),
        **_options(recipe.network.options),
    )
    network = EmbeddingNetwork(backbone, chip_px=chip_px, input_px=input_px)
    network.to(memory_format=torch.channels_last)
    return network


def build_objective(recipe: Recipe, *, classes: int, ranks: Ranks) -> Objective:
    """Return the losses with their miners and centres, drawn from the recipe's seed.

    Raises
    ------
    DataError
        There is one person only, and a loss tells people apart.
    """
    if classes < 2 and any(_tells_people_apart(loss.name) for loss in recipe.loss):
        raise DataError(
            "one person alone: the losses need others to tell them from",
            item=", ".join(map(str, recipe.data.train)),
            fix="Add people, or lower data.min_images",
        )
    terms: dict[str, Term] = {}
    weights: dict[str, float] = {}
    for number, loss in enumerate(recipe.loss):
        name = loss.name if loss.name not in terms else f"{loss.name}-{number}"
        terms[name] = _term(recipe, loss, number, classes, ranks)
        weights[name] = loss.weight
    return Objective(terms, weights)


def build_sampler(recipe: Recipe, material: Material) -> Sampler:
    """Return the order in which photographs are shown."""
    build: Callable[..., Sampler] = SAMPLERS[recipe.sampling.name]
    seed = derived_seed(recipe.seed, "order") % 2**32
    try:
        return build(material.source.labels, seed=seed, **recipe.sampling.options)
    except InputError as error:
        raise InputError(error.cause, item=f"sampling.{error.item}", fix=error.fix) from error


def build_augmentation(recipe: Recipe) -> Augmentation | None:
    """Return what is done to training chips; ``None`` where the recipe asks for nothing."""
    options = _options(recipe.augmentation.options)
    return Augmentation(**options) if options else None


def build_schedule(recipe: Recipe) -> schedules.Schedule:
    """Return the learning rate's share over the recipe's epochs, with its warm-up."""
    chosen, epochs = recipe.schedule, recipe.run.epochs
    plain: schedules.Schedule
    match chosen.name:
        case "constant":
            plain = schedules.constant()
        case "step":
            plain = schedules.step(chosen.milestones, gamma=chosen.gamma)
        case "cosine":
            plain = schedules.cosine(epochs, final_share=chosen.final_share)
        case "polynomial":
            plain = schedules.polynomial(epochs, power=chosen.power, final_share=chosen.final_share)
    return schedules.warmed_up(plain, chosen.warmup_epochs)


def build_average(network: nn.Module, decay: float | None) -> AveragedModel | None:
    """Return the exponential moving average of the weights; ``None`` without a decay.

    Batch statistics are averaged as well, so that the two belong together.
    """
    if decay is None:
        return None
    return AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=True)


def _tells_people_apart(name: str) -> bool:
    return name in MARGINS or set(TUPLE_LOSSES[name].needs) != {"reference"}


def build_training(
    recipe: Recipe, material: Material, ranks: Ranks, *, warm: bool = True
) -> Training:
    """Return what a run changes: the network, the losses, the optimiser, the average, the scaler.

    Parameters
    ----------
    recipe, material, ranks
        What to do, with which people, in which processes.
    warm
        Whether the network takes the weights that the recipe starts from, where it names any.
    """
    network = build_network(recipe, chip_px=material.chip_px).to(ranks.device)
    if warm and recipe.start is not None:
        weights = read_weights(recipe.start.source)
        warm_start(network, weights, redraw_last=recipe.start.redraw_last)
    objective = build_objective(recipe, classes=material.classes, ranks=ranks)
    objective = objective.to(ranks.device)
    chosen = recipe.optimiser
    optimiser = build_optimiser(
        parameter_groups(
            network,
            objective,
            lr=chosen.lr,
            header_lr=chosen.header_lr,
            weight_decay=chosen.weight_decay,
            header_weight_decay=chosen.header_weight_decay,
            decay_norms=chosen.decay_norms,
        ),
        chosen.name,
        momentum=chosen.momentum,
        nesterov=chosen.nesterov,
        betas=chosen.betas,
    )
    return Training(
        network,
        objective,
        optimiser,
        build_average(network, recipe.run.ema_decay),
        Precision(recipe.run.precision, ranks.device, group=ranks.group),
        ranks,
    )


def build_updater(recipe: Recipe, training: Training) -> Updater:
    """Return what makes an optimiser step of a batch: the network compiled, and replicated."""
    network: nn.Module = training.network
    if recipe.run.compile:
        network = torch.compile(network)
    # Outermost: the updater turns its sums off while it gathers parts of a batch.
    network = replicated(network, training.ranks)
    return Updater(
        network,
        training.objective,
        training.optimiser,
        precision=training.precision,
        ranks=training.ranks,
        accumulate=recipe.optimiser.accumulate,
        unit=virtual_batch_of(training.network),
        clip_norm=recipe.optimiser.clip_norm,
        seed=recipe.seed,
    )


def _term(recipe: Recipe, loss: Loss, number: int, classes: int, ranks: Ranks) -> Term:
    options = _options(loss.options)
    dim = recipe.network.dim
    if loss.name in MARGINS:
        centres = ShardedCentres(
            MARGINS[loss.name](**options),
            classes=classes,
            dim=dim,
            ranks=ranks,
            sample_rate=recipe.centres.sample_rate,
            seed=derived_seed(recipe.seed, "centres", number) % 2**31,
        )
        return MarginTerm(centres)
    build = TUPLE_LOSSES[loss.name]
    given = {"classes": classes, "dim": dim}
    known = inspect.signature(build.__init__).parameters
    miner: Any = None
    if loss.miner is not None:
        registry = MINERS if loss.miner.name in MINERS else PAIR_MINERS
        miner = registry[loss.miner.name](**_options(loss.miner.options))
    own = {name: value for name, value in given.items() if name in known}
    return TupleTerm(build(**own, **options), miner)


def _options(options: dict[str, Any]) -> dict[str, Any]:
    """Return options as components take them: TOML's lists as tuples."""
    return {name: _tuples(value) for name, value in options.items()}


def _tuples(value: Any) -> Any:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(_tuples(inner) for inner in value)
    return value
