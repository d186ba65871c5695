"""The trainer: learns, stops, goes on exactly, refuses, keeps what failed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

from facemetric.errors import CheckpointError, DataError, InputError, TrainingError
from facemetric.training.checkpoints import (
    best_checkpoint,
    checkpoints_in,
    last_checkpoint,
    read_checkpoint,
    step_of,
)
from facemetric.training.distributed import Ranks
from facemetric.training.loader import Batch, ChipBatches, load_batches, turns_of
from facemetric.training.logs import read_log
from facemetric.training.material import open_material
from facemetric.training.recipe import parse_recipe
from facemetric.training.state import Place
from facemetric.training.trainer import Trainer
from facemetric.training.warm_start import BEST_NAME, WEIGHTS_NAME, read_weights
from layouts.tiny_run import tiny_recipe, write_people

PEOPLE, IMAGES = 6, 8


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_people(tmp_path_factory.mktemp("people"), people=PEOPLE, images=IMAGES)


def stop_after(steps: int) -> Callable[[], bool]:
    left = iter(range(steps - 1))
    return lambda: next(left, None) is None


_GIVEN = ("should_stop", "reference", "ranks", "protocols")


def trainer(folder: Path, root: Path, **more: Any) -> Trainer:
    options = {name: more.pop(name) for name in _GIVEN if name in more}
    recipe = parse_recipe(tiny_recipe(root, **more))
    material = open_material(recipe.data, seed=recipe.seed)
    return Trainer(recipe, folder, material, **options)


def losses(folder: Path) -> dict[int, float]:
    records = read_log(folder / "log.jsonl")
    return {
        record.step: record.loss
        for record in records
        if record.kind == "step" and record.loss is not None
    }


def weights(folder: Path) -> dict[str, torch.Tensor]:
    loaded: dict[str, torch.Tensor] = load_file(folder / "network.safetensors")
    return loaded


def assert_same_run(one: Path, two: Path) -> None:
    assert losses(one) == losses(two)
    first, second = weights(one), weights(two)
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_it_learns_who_is_who(tmp_path: Path, data: Path) -> None:
    split = {"train": [str(data)], "split": {"kind": "random", "train": 36}}
    run = {"epochs": 12, "threads": 1, "log_every_steps": 1}
    finished = trainer(tmp_path / "run", data, data=split, run=run).run()
    assert finished.complete
    assert finished.place.step == 12 * 3
    seen = losses(tmp_path / "run")
    assert np.mean([seen[step] for step in range(31, 37)]) < 0.6 * seen[1]
    figures = json.loads((tmp_path / "run" / "results.json").read_text())
    assert figures["closed_set_accuracy"] > 0.5 > 2 / PEOPLE
    assert figures["closed_set_accuracy_low"] < figures["closed_set_accuracy"]
    assert figures["closed_set_ceiling"] == 1.0


LOSSES: dict[str, dict[str, Any]] = {
    "nsl": {},
    "momentum and average": {
        "run": {"epochs": 3, "threads": 1, "ema_decay": 0.9, "log_every_steps": 1}
    },
    "batch norm, dropout, AdamW": {
        "network": {
            "backbone": "sphereface-4",
            "dim": 16,
            "width": 0.125,
            "dropout": 0.3,
            "input_px": [16, 16],
        },
        "optimiser": {"name": "adamw", "lr": 0.01, "clip_norm": 1.0},
    },
    "triplets of random negatives": {
        "sampling": {"name": "p-k", "people": 3, "images": 4, "batches_per_epoch": 4},
        "loss": [{"name": "triplet", "miner": {"name": "curriculum"}}],
    },
    "statistics of AdaFace and centres": {
        "loss": [
            {"name": "adaface", "scale": 12.0},
            {"name": "centre", "weight": 0.01},
            {"name": "curricularface", "scale": 12.0},
        ]
    },
    "sampled centres": {"centres": {"sample_rate": 0.5}},
    "float16 with its scaler": {
        "run": {"epochs": 3, "threads": 1, "precision": "float16", "log_every_steps": 1}
    },
    "annealed A-Softmax in two parts": {
        "loss": [{"name": "a-softmax"}],
        "optimiser": {"lr": 0.01, "accumulate": 2},
    },
}


@pytest.mark.parametrize("case", LOSSES)
def test_a_run_stopped_in_mid_epoch_goes_on_exactly(tmp_path: Path, data: Path, case: str) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert trainer(whole, data, **LOSSES[case]).run().complete
    stopped = trainer(parts, data, should_stop=stop_after(6), **LOSSES[case]).run()
    assert not stopped.complete and stopped.place.step == 6 and stopped.place.batch == 2
    assert trainer(parts, data, **LOSSES[case]).run(resume=True).complete
    assert_same_run(whole, parts)


def test_a_stop_at_the_end_of_an_epoch_keeps_its_score(tmp_path: Path, data: Path) -> None:
    ends: list[bool] = []

    def stop() -> bool:
        ends.append(made.folder.checkpoints.exists())  # written at the end of the first epoch
        return ends[-1]

    folder = tmp_path / "run"
    made = trainer(folder, data, should_stop=stop)
    assert made.run().place == Place(step=4, epoch=1)
    assert best_checkpoint(made.folder.checkpoints) == last_checkpoint(made.folder.checkpoints)
    kinds = [record.kind for record in read_log(folder / "log.jsonl")]
    assert kinds.count("checkpoint") == 1
    assert trainer(folder, data).run(resume=True).complete


def test_two_mined_losses_have_figures_of_their_own(tmp_path: Path, data: Path) -> None:
    mined = {"name": "triplet", "miner": {"name": "semi-hard"}}
    other = {"name": "triplet", "miner": {"name": "batch-hard"}}
    sampling = {"name": "p-k", "people": 3, "images": 4, "batches_per_epoch": 1}
    made = trainer(tmp_path / "run", data, sampling=sampling, loss=[mined, other])
    made.run()
    first = next(one for one in read_log(tmp_path / "run" / "log.jsonl") if one.kind == "step")
    named = [name for name in first.figures if name.startswith("mined")]
    assert named == ["mined", "mined_triplet-1"]
    assert first.figures["mined_triplet-1"] == 12 != first.figures["mined"]


def test_checkpoints_are_compared_by_one_figure(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Protocol:
        def measure(self, network: torch.nn.Module, *, device: torch.device) -> float:
            return 0.1

    monkeypatch.setattr(
        "facemetric.training.measuring.figures_by_name", lambda measured: {"accuracy": measured}
    )
    made = trainer(
        tmp_path / "run",
        data,
        data={"train": [str(data)], "split": {"kind": "random", "train": 36}},
        run={"epochs": 3, "threads": 1},
        evaluate=[{"pack": str(data), "every_epochs": 2}],
        checkpoints={"keep_every_epochs": 1},
        protocols=(Protocol(),),
    )
    assert made.run().figures["closed_set_accuracy_of_means"] > 0.1
    scores = [
        read_checkpoint(path).state["score"] for path in checkpoints_in(made.folder.checkpoints)
    ]
    assert scores == [None, 0.1, 0.1]
    # Of equal ones the earlier: best.safetensors is of the second epoch, the last of the third.
    best, last = (read_weights(made.folder.path / name) for name in (BEST_NAME, WEIGHTS_NAME))
    assert best.keys() == last.keys()
    assert not torch.equal(*(one["backbone.head.2.weight"] for one in (best, last)))


def test_a_stop_where_an_epoch_ends_without_a_checkpoint_writes_one(
    tmp_path: Path, data: Path
) -> None:
    every = {"checkpoints": {"every_epochs": 2}}
    asked = iter([False] * 3 + [True])
    made = trainer(tmp_path / "run", data, should_stop=lambda: next(asked), **every)
    assert made.run().place == Place(step=4, epoch=1)
    last = last_checkpoint(made.folder.checkpoints)
    assert last is not None and step_of(last) == 4


def test_a_run_goes_on_from_its_last_checkpoint_after_a_crash(tmp_path: Path, data: Path) -> None:
    class Crash(Exception):
        pass

    def crash_after(steps: int) -> Callable[[], bool]:
        asked = stop_after(steps)

        def check() -> bool:
            if asked():
                raise Crash
            return False

        return check

    whole, parts = tmp_path / "whole", tmp_path / "parts"
    every = {"checkpoints": {"every_steps": 2}}
    trainer(whole, data, **every).run()
    with pytest.raises(Crash):
        trainer(parts, data, should_stop=crash_after(7), **every).run()
    assert 7 in losses(parts)  # more was logged than the last checkpoint knows
    trainer(parts, data, **every).run(resume=True)
    assert_same_run(whole, parts)


def test_the_average_is_that_of_the_weights(tmp_path: Path, data: Path) -> None:
    run = {"epochs": 1, "threads": 1, "ema_decay": 0.75}
    made = trainer(tmp_path / "run", data, run=run)
    seen: list[torch.Tensor] = []
    parameter = next(made.training.network.parameters())
    average = made.training.average
    assert average is not None
    plain_update = average.update_parameters

    def update(network: torch.nn.Module) -> None:
        plain_update(network)
        seen.append(parameter.detach().double().clone())

    average.update_parameters = update
    made.run()
    expected = seen[0]
    for value in seen[1:]:
        expected = 0.75 * expected + 0.25 * value
    measured = next(made.training.measured.parameters())
    torch.testing.assert_close(measured.double(), expected, atol=1e-6, rtol=1e-5)


def test_parts_of_a_batch_give_the_gradient_of_the_whole(tmp_path: Path, data: Path) -> None:
    one = trainer(tmp_path / "one", data)
    three = trainer(tmp_path / "three", data, optimiser={"lr": 0.05, "accumulate": 3})
    for made in (one, three):
        made.training.optimiser.step = lambda: None  # gradients are looked at, not used
        made.training.optimiser.zero_grad = lambda set_to_none=True: None
    rows = torch.arange(12)
    for made in (one, three):
        batch = next(iter(_batches(made, rows)))
        made._step(batch, Place())
    for a, b in zip(
        one.training.network.parameters(), three.training.network.parameters(), strict=True
    ):
        torch.testing.assert_close(a.grad, b.grad, atol=2e-5, rtol=1e-3)


@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")  # of torch's own imports
def test_gradients_of_a_compiled_network_are_summed_once_a_step(tmp_path: Path, data: Path) -> None:
    distributed.init_process_group(
        "gloo", init_method=f"file://{tmp_path / 'meeting'}", rank=0, world_size=1
    )
    run = {"epochs": 1, "threads": 1, "compile": True}
    try:
        ranks = Ranks(group=distributed.group.WORLD)
        network = trainer(tmp_path / "run", data, run=run, ranks=ranks)._updater.network
    finally:
        distributed.destroy_process_group()
    # Inside another module, no_sync() would not be found, and each part summed again.
    assert isinstance(network, DistributedDataParallel)


def _batches(made: Trainer, rows: torch.Tensor) -> Iterator[Batch]:
    return load_batches(
        ChipBatches(
            made._material.source,
            [rows.numpy()],
            turns_of([rows.numpy()]),
            augmentation=None,
            chip_px=(32, 32),
            seed=0,
            epoch=0,
        )
    )


def test_what_is_not_finite_stops_the_run_with_its_batch(tmp_path: Path, data: Path) -> None:
    folder = tmp_path / "run"
    made = trainer(folder, data)
    with torch.no_grad():
        next(made.training.network.parameters()).fill_(float("nan"))
    with pytest.raises(TrainingError, match=r"the loss is nan at step 0.*failed-batch"):
        made.run()
    saved = load_file(folder / "failed-batch.safetensors")
    assert saved["pixels"].shape == (12, 32, 32, 3)
    names = json.loads((folder / "failed-batch.json").read_text())["photographs"]
    assert len(names) == 12 and names[0].startswith("person-")


def test_a_damaged_checkpoint_is_refused_and_an_earlier_one_named(
    tmp_path: Path, data: Path
) -> None:
    whole, folder = tmp_path / "whole", tmp_path / "parts"
    keep = {"checkpoints": {"keep_every_epochs": 1}}
    trainer(whole, data, **keep).run()
    made = trainer(folder, data, should_stop=stop_after(6), **keep)
    assert not made.run().complete
    last = last_checkpoint(made.folder.checkpoints)
    assert last is not None
    tensors = next(last.glob("*.safetensors"))
    content = bytearray(tensors.read_bytes())
    content[-1] ^= 1
    tensors.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"damaged.*goes on from step-000000004"):
        trainer(folder, data, **keep).run(resume=True)
    shutil.rmtree(last)
    trainer(folder, data, **keep).run(resume=True)
    assert_same_run(whole, folder)


class _Broken(torch.autograd.Function):
    """The same tensor; its gradient has a hole."""

    @staticmethod
    def forward(ctx: Any, tensor: torch.Tensor) -> torch.Tensor:
        return tensor.view_as(tensor)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> torch.Tensor:
        return gradient.index_fill(0, torch.tensor([0]), torch.nan)


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
@pytest.mark.parametrize("where", ["network", "centres", "clipped network"])
def test_a_gradient_that_is_not_finite_is_never_taken(
    tmp_path: Path, data: Path, precision: str, where: str
) -> None:
    run = {"epochs": 8, "threads": 1, "precision": precision}
    optimiser = {"lr": 0.05, "clip_norm": 1.0} if where.startswith("clipped") else {"lr": 0.05}
    made = trainer(tmp_path / "run", data, run=run, optimiser=optimiser)
    if where.endswith("network"):
        made.training.network.register_forward_hook(lambda module, given, out: _Broken.apply(out))
    else:
        header = made.training.objective.terms["nsl"].header
        header.centres.register_hook(lambda gradient: torch.full_like(gradient, torch.inf))
    drawn = [value.detach().clone() for value in made.training.network.parameters()]
    with pytest.raises(TrainingError, match="gradient"):
        made.run()
    for value, before in zip(made.training.network.parameters(), drawn, strict=True):
        assert torch.equal(value, before)
    steps = json.loads((tmp_path / "run" / "failed-batch.json").read_text())["step"]
    # In float16 an overflow is skipped, until the loss is not scaled up at all.
    assert steps == (17 - 1 if precision == "float16" else 0)


def test_a_folder_holds_one_run(tmp_path: Path, data: Path) -> None:
    folder = tmp_path / "run"
    trainer(folder, data, run={"epochs": 1, "threads": 1}).run()
    with pytest.raises(InputError, match="there is a run already"):
        trainer(folder, data, run={"epochs": 1, "threads": 1}).run()
    with pytest.raises(InputError, match=r"another recipe: run\.epochs"):
        trainer(folder, data, run={"epochs": 2, "threads": 1}).run(resume=True)
    free = {"run": {"epochs": 1, "threads": 2}, "checkpoints": {"every_steps": 2}}
    again = trainer(folder, data, **free).run(resume=True)
    assert again.complete and again.place.step == 4


def collapsing(folder: Path, data: Path, **more: Any) -> Trainer:
    """Return a run in which every picture gives the same embedding, looked at in every step."""
    made = trainer(
        folder,
        data,
        run={"epochs": 4, "threads": 1, "diagnose_every_steps": 1},
        optimiser={"lr": 1e-6, "momentum": 0.0, "weight_decay": 0.0},
        schedule={"name": "constant"},
        **more,
    )
    with torch.no_grad():
        for parameter in made.training.network.parameters():
            parameter.zero_()
        last = list(made.training.network.parameters())[-1]
        last.fill_(1.0)
    return made


def test_collapsed_embeddings_stop_the_run(tmp_path: Path, data: Path) -> None:
    with pytest.raises(TrainingError, match=r"collapsed \(5 .* at step 5"):
        collapsing(tmp_path / "run", data).run()


def test_a_resumed_run_still_knows_how_long_it_has_been_collapsing(
    tmp_path: Path, data: Path
) -> None:
    folder = tmp_path / "run"
    assert not collapsing(folder, data, should_stop=stop_after(3)).run().complete
    with pytest.raises(TrainingError, match=r"collapsed \(5 .* at step 5"):
        collapsing(folder, data).run(resume=True)


def test_a_run_begins_with_another_s_weights_and_trains_the_last_layer_first(
    tmp_path: Path, data: Path
) -> None:
    first = tmp_path / "first"
    trainer(first, data).run()
    start = {"source": str(first), "redraw_last": True, "train_last_only_epochs": 1}
    plain = {"optimiser": {"lr": 0.05, "weight_decay": 0.01}}
    made = trainer(tmp_path / "second", data, start=start, should_stop=stop_after(4), **plain)
    drawn = {name: value.clone() for name, value in made.training.network.state_dict().items()}
    before = weights(first)
    last = {name for name in drawn if name.startswith("backbone.head.2")}
    assert last and all(
        torch.equal(drawn[name], before[name]) == (name not in last) for name in drawn
    )
    made.run()  # the whole first epoch
    after = made.training.network.state_dict()
    assert all(torch.equal(after[name], drawn[name]) == (name not in last) for name in drawn)
    shutil.rmtree(first)  # not needed any more
    again = trainer(tmp_path / "second", data, start=start, **plain)
    again.run(resume=True)
    ended = again.training.network.state_dict()
    assert not any(torch.equal(ended[name], drawn[name]) for name in drawn)


def test_distillation_and_harmonic_losses_get_their_reference(tmp_path: Path, data: Path) -> None:
    rng = np.random.default_rng(0)
    table = rng.normal(size=(PEOPLE * IMAGES, 16)).astype(np.float32)
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    loss = [{"name": "distillation"}]
    run = {"epochs": 8, "threads": 1, "log_every_steps": 1}
    trainer(tmp_path / "run", data, loss=loss, reference=table, run=run).run()
    seen = losses(tmp_path / "run")
    assert seen[32] < 0.8 * seen[1]
    with pytest.raises(InputError, match="the recipe names none"):
        trainer(tmp_path / "other", data, loss=loss, run=run).run()


def test_batch_statistics_of_one_photograph_are_refused(tmp_path: Path, data: Path) -> None:
    network = {"backbone": "sphereface-4", "dim": 16, "width": 0.125, "input_px": [16, 16]}
    with pytest.raises(InputError, match=r"one photograph.*drop_last"):
        trainer(tmp_path / "run", data, network=network, sampling={"batch_size": 1})
    trainer(tmp_path / "run", data, sampling={"batch_size": 1})  # group norm


def test_one_person_alone_teaches_nothing(tmp_path: Path) -> None:
    alone = write_people(tmp_path / "people", people=1, images=24)
    with pytest.raises(DataError, match="one person alone"):
        trainer(tmp_path / "run", alone)


def test_the_sampler_s_complaint_names_its_key(tmp_path: Path, data: Path) -> None:
    with pytest.raises(InputError, match=r"sampling\.batch_size: "):
        trainer(tmp_path / "run", data, sampling={"batch_size": 5000})
