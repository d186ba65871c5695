"""A small training run that one process or several can do, and the processes that do it.

``run_processes(2, folder, ["arcface"])`` starts them as torchrun would; each writes
``result-<rank>.json``. The module is imported by those processes too, so it stands here.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from facemetric.backbones import VirtualBatchNorm2d
from facemetric.losses import MARGINS, batch_all_triplet_loss
from facemetric.training.checkpoints import (
    checkpoint_folder,
    last_checkpoint,
    load_checkpoint,
    load_optimiser,
    optimiser_targets,
    optimiser_tensors,
    read_checkpoint,
    save_checkpoint,
)
from facemetric.training.distributed import (
    Ranks,
    RowAdamW,
    RowSGD,
    Shard,
    ShardedCentres,
    all_gather,
    gather_embeddings,
    join_ranks,
    replicated,
    shards_of,
)
from layouts.forked import forked_ranks

CLASSES, DIM, STEPS = 23, 6, 10
DTYPE = torch.float64


class SmallRun:
    """A network, a header and an optimiser in float64, on random pictures.

    Parameters
    ----------
    ranks
        The processes.
    loss
        ``"triplet"``, or a margin's name.
    rate
        Share of the classes that a step samples.
    virtual
        Whether the network has batch norm over virtual batches of 4, in place of group norm.
    adamw
        AdamW in place of SGD.
    """

    def __init__(
        self,
        ranks: Ranks,
        *,
        loss: str = "arcface",
        rate: float = 1.0,
        virtual: bool = False,
        adamw: bool = False,
    ) -> None:
        torch.manual_seed(7)
        self.ranks, self.loss = ranks, loss
        # 22 pictures do not divide by 4, nor do 7 virtual batches by 2.
        self.batch, self.unit = (28, 4) if virtual else (22, 1)
        norm = VirtualBatchNorm2d(8, virtual_batch=4) if virtual else nn.GroupNorm(2, 8)
        self.network = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, bias=False),
            norm,
            nn.PReLU(8),
            nn.Flatten(),
            nn.Linear(72, DIM),
        ).to(DTYPE)
        self.header = ShardedCentres(
            MARGINS["arcface" if loss == "triplet" else loss](),
            classes=CLASSES,
            dim=DIM,
            ranks=ranks,
            sample_rate=rate,
            seed=5,
        ).to(DTYPE)
        self.wrapped = replicated(self.network, ranks)
        parameters = [*self.network.parameters(), *self.header.parameters()]
        self.optimiser: torch.optim.Optimizer = (
            RowAdamW(parameters, lr=0.01)
            if adamw
            else RowSGD(parameters, lr=0.05, momentum=0.9, weight_decay=1e-3)
        )

    def step(self, number: int) -> float:
        """Do one optimiser step and return the loss."""
        generator = torch.Generator().manual_seed(1000 + number)
        pictures = torch.randn(self.batch, 3, 8, 8, generator=generator, dtype=DTYPE)
        labels = torch.randint(CLASSES, (self.batch,), generator=generator)
        own = self.ranks.rows(self.batch, unit=self.unit)
        embeddings = gather_embeddings(self.wrapped(pictures[own]), self.ranks)
        everyone = all_gather(labels[own], self.ranks)
        if self.loss == "triplet":
            loss = batch_all_triplet_loss(embeddings, everyone % 5, margin=0.5)
        else:
            loss = self.header(embeddings, everyone, step=number)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        return float(loss.detach())

    def save(self, root: Path, done: int) -> None:
        """Write a checkpoint after ``done`` steps."""
        tensors = {
            **self._tensors(),
            **optimiser_tensors(self.optimiser, self._names(), shards=self._shards()),
        }
        save_checkpoint(checkpoint_folder(root, done), tensors, {"done": done}, ranks=self.ranks)

    def resume(self, root: Path) -> int:
        """Go on from the last checkpoint; return how many steps are done."""
        folder = last_checkpoint(root)
        assert folder is not None
        state_of = optimiser_targets(
            read_checkpoint(folder), self.optimiser, self._names(), shards=self._shards()
        )
        state = load_checkpoint(folder, {**self._tensors(), **state_of}, ranks=self.ranks)
        load_optimiser(self.optimiser, state_of, self._names())
        return int(state["done"])

    def _tensors(self) -> dict[str, Tensor | Shard]:
        whole = {f"network.{name}": value for name, value in self.network.state_dict().items()}
        return {**whole, **self._shards()}

    def _shards(self) -> dict[str, Shard]:
        return {f"header.{name}": shard for name, shard in shards_of(self.header).items()}

    def _names(self) -> dict[str, nn.Parameter]:
        return {
            f"{place}.{name}": parameter
            for place, module in (("network", self.network), ("header", self.header))
            for name, parameter in module.named_parameters()
        }


RUNS: dict[str, dict[str, Any]] = {
    "arcface": {},
    "sampled": {"rate": 0.3},
    "sampled-adamw": {"rate": 0.3, "adamw": True},
    "virtual": {"virtual": True},
    "triplet": {"loss": "triplet"},
}


def losses(ranks: Ranks, name: str) -> list[float]:
    """Return the losses of one of `RUNS`, step by step."""
    run = SmallRun(ranks, **RUNS[name])
    return [run.step(number) for number in range(STEPS)]


def header_step(ranks: Ranks, margin: str, rate: float) -> list[float]:
    """Return figures of two header steps: losses, gradients of embeddings, predictions."""
    generator = torch.Generator().manual_seed(3)
    # Fewer classes than processes would be, for one margin: a shard may be empty.
    header = ShardedCentres(
        MARGINS[margin](),
        classes=3 if margin == "nsl" else CLASSES,
        dim=DIM,
        ranks=ranks,
        sample_rate=rate,
        seed=2,
    ).to(DTYPE)
    optimiser = RowSGD(header.parameters(), lr=0.5, momentum=0.9)
    embeddings = torch.randn(9, DIM, generator=generator, dtype=DTYPE) * 10
    labels = torch.randint(header.classes, (9,), generator=generator)
    seen: list[float] = []
    for step in range(2):
        leaf = embeddings.clone().requires_grad_()
        optimiser.zero_grad(set_to_none=True)
        loss = header(leaf, labels, step=step)
        loss.backward()
        optimiser.step()
        assert leaf.grad is not None
        seen += [float(loss.detach()), *leaf.grad.flatten().tolist()]
    return [*seen, *header.predictions(embeddings).tolist()]


def killed(ranks: Ranks, root: Path, at: int) -> None:
    """Train with a checkpoint every second step, and kill a process while another one saves."""
    run = SmallRun(ranks, **RUNS["sampled"])
    for number in range(STEPS):
        run.step(number)
        if number + 1 == at and ranks.rank == ranks.world - 1:
            os.kill(os.getpid(), signal.SIGKILL)
        if (number + 1) % 2 == 0 or number + 1 == at:
            run.save(root, number + 1)


def resumed(ranks: Ranks, root: Path, until: int) -> tuple[int, list[float]]:
    """Go on from the last checkpoint until so many steps are done, and save."""
    run = SmallRun(ranks, **RUNS["sampled"])
    done = run.resume(root)
    seen = [run.step(number) for number in range(done, until)]
    run.save(root, until)
    return done, seen


def work(folder: Path, jobs: Sequence[str]) -> None:
    """Do the jobs as one process of several."""
    torch.set_num_threads(1)
    with join_ranks(timeout_s=300) as ranks:
        found: dict[str, Any] = {}
        for job in jobs:
            kind, _, rest = job.partition(":")
            if kind == "losses":
                found[job] = losses(ranks, rest)
            elif kind == "header":
                margin, rate = rest.split(":")
                found[job] = header_step(ranks, margin, float(rate))
            elif kind == "resumed":
                found[job] = resumed(ranks, folder / "checkpoints", int(rest))
            # Killing comes last, so what was found before is there to be read.
            path = folder / f"result-{ranks.rank}.json"
            path.write_text(json.dumps(found), encoding="utf-8")
            if kind == "killed":
                killed(ranks, folder / "checkpoints", int(rest))


def main() -> None:
    """Start the processes that the command line asks for, and print their exit codes."""
    folder, jobs = Path(sys.argv[2]), sys.argv[3:]
    print(json.dumps(forked_ranks(int(sys.argv[1]), lambda: work(folder, jobs), folder)))


def run_processes(
    world: int, folder: Path, jobs: Sequence[str], *, timeout_s: float = 600.0, fails: bool = False
) -> list[dict[str, Any]]:
    """Start processes as torchrun does, and return what each found."""
    folder.mkdir(parents=True, exist_ok=True)
    started = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "layouts.scale_out", str(world), str(folder), *jobs],
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        said, errors = started.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        os.killpg(started.pid, signal.SIGKILL)
        started.communicate()
        raise
    assert started.returncode == 0, errors
    codes = json.loads(said)
    assert len(codes) == world
    logs = [(folder / f"log-{rank}.txt").read_text(errors="replace") for rank in range(world)]
    shown = "\n".join(log[-3000:] for log in logs)
    assert all(codes) if fails else not any(codes), shown
    return [json.loads((folder / f"result-{rank}.json").read_text()) for rank in range(world)]


if __name__ == "__main__":
    main()
