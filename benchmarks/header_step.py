"""One step of a classification header, forward and backward, beside pytorch-metric-learning.

Every loss in turn, interleaved in rounds so that a busy machine slows all alike: ours; the peer's
where it has the loss; the formula in plain torch operations; and the three matrix products that
no header can do without (embeddings x centres, and one for each of their gradients), alone.
Memory: what a step adds to the peak of a fresh process that holds the header and the embeddings.

    python benchmarks/header_step.py
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from pytorch_metric_learning.losses import ArcFaceLoss, CosFaceLoss, NormalizedSoftmaxLoss
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from _conditions import conditions, write_result
from _script import run_script
from facemetric.losses import MARGINS, Margin, MarginSoftmax

NAMES = ("arcface", "lmcl", "nsl", "curricularface", "adaface")


class PlainHeader(nn.Module):
    """The same margin in torch operations one after another, as papers' code has it."""

    def __init__(self, margin: Margin, *, classes: int, dim: int) -> None:
        super().__init__()
        self.margin = margin
        self.centres = nn.Parameter(torch.randn(classes, dim) * 0.01)

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        norms = embeddings.norm(dim=1)
        cosines = normalize(embeddings) @ normalize(self.centres).t()
        own = cosines.gather(1, labels[:, None]).squeeze(1)
        self.margin.observe(own.detach(), norms.detach())
        target = self.margin.target(own, norms)
        if self.margin.changes_others:
            progress = self.margin.progress.clone()
            hard = cosines > target.detach()[:, None]
            cosines = torch.where(hard, cosines * (progress + cosines), cosines)
        logits = cosines.scatter(1, labels[:, None], target[:, None]) * self.margin.scale(norms)
        return cross_entropy(logits, labels)


def peer_header(name: str, *, classes: int, dim: int) -> nn.Module | None:
    """Return pytorch-metric-learning's loss with our defaults, or None where it has none."""
    if name == "arcface":
        return ArcFaceLoss(classes, dim, margin=28.6478897565, scale=64)
    if name == "lmcl":
        return CosFaceLoss(classes, dim, margin=0.35, scale=64)
    if name == "nsl":
        return NormalizedSoftmaxLoss(classes, dim, temperature=1 / 64)
    return None


def step_of(header: nn.Module, embeddings: Tensor, labels: Tensor) -> Callable[[], None]:
    """Return one training step without its optimiser."""

    def step() -> None:
        embeddings.grad = None
        header.zero_grad(set_to_none=True)
        header(embeddings, labels).backward()

    return step


def products_of(batch: int, classes: int, dim: int) -> Callable[[], None]:
    """Return the three matrix products, written into memory that is there already."""
    embeddings, centres = torch.randn(batch, dim), torch.randn(classes, dim)
    logits = torch.empty(batch, classes)
    grads = torch.empty(batch, dim), torch.empty(classes, dim)

    def products() -> None:
        torch.mm(embeddings, centres.t(), out=logits)
        torch.mm(logits, centres, out=grads[0])
        torch.mm(logits.t(), embeddings, out=grads[1])

    return products


def seconds_of(steps: dict[str, Callable[[], None]], rounds: int) -> dict[str, list[float]]:
    """Return each step's seconds, one run of every step a round after two rounds unmeasured."""
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(rounds + 2):
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            if number >= 2:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def largest_difference(headers: dict[str, nn.Module], embeddings: Tensor, labels: Tensor) -> float:
    """Return by how much a peer's loss differs from ours on the same centres."""
    ours = headers["ours"]
    with torch.no_grad():
        value = float(ours(embeddings, labels))
        worst = 0.0
        for name, header in headers.items():
            if name == "plain":
                header.centres.copy_(ours.centres)
            elif name == "peer":
                header.W.data = ours.centres.detach().t().clone()
            if not list(header.buffers()):
                worst = max(worst, abs(float(header(embeddings, labels)) - value))
    return worst


def header_of(kind: str, name: str, *, classes: int, dim: int) -> nn.Module | None:
    """Return one of the three headers, or None where the peer lacks the loss."""
    if kind == "peer":
        return peer_header(name, classes=classes, dim=dim)
    build = MarginSoftmax if kind == "ours" else PlainHeader
    return build(MARGINS[name](), classes=classes, dim=dim)


def peak_mb() -> float:
    """Return the largest resident memory of this program so far, in MB (Linux)."""
    # getrusage would count what the parent held when it forked.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def step_memory_mb(kind: str, name: str, batch: int, classes: int, dim: int) -> float:
    """Return by how much two steps raise this process's peak."""
    header = header_of(kind, name, classes=classes, dim=dim)
    embeddings = torch.randn(batch, dim, requires_grad=True)
    small = header_of(kind, name, classes=64, dim=dim)
    step_of(small, embeddings, torch.randint(64, (batch,)))()  # libraries and their buffers
    before = peak_mb()
    for _ in range(2):
        step_of(header, embeddings, torch.randint(classes, (batch,)))()
    return peak_mb() - before


def memory_of(kind: str, name: str, chosen: argparse.Namespace) -> float:
    """Return the memory of a step, measured in a process of its own."""
    sizes = [f"--{key}={getattr(chosen, key)}" for key in ("batch", "dim", "classes", "threads")]
    command = [sys.executable, __file__, *sizes, "--memory-of", kind, name]
    return round(float(subprocess.run(command, check=True, capture_output=True).stdout), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--classes", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--name", default="header_step", help="of the result file")
    parser.add_argument(
        "--products",
        choices=("highest", "medium"),
        default="highest",
        help="torch's precision of float32 products, for all alike: medium multiplies in bfloat16",
    )
    parser.add_argument("--memory-of", nargs=2, metavar=("KIND", "LOSS"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    torch.set_float32_matmul_precision(chosen.products)
    torch.manual_seed(0)
    if chosen.memory_of:
        print(step_memory_mb(*chosen.memory_of, chosen.batch, chosen.classes, chosen.dim))
        return

    sizes = {"classes": chosen.classes, "dim": chosen.dim}
    embeddings = torch.randn(chosen.batch, chosen.dim, requires_grad=True)
    labels = torch.randint(chosen.classes, (chosen.batch,))
    rows: dict[str, dict[str, Any]] = {}
    print(
        f"{'':16}{'ours':>9}{'peer':>9}{'plain':>9}{'products':>10}"
        "   peer/ours  products/ours  MB ours, (peer,) plain"
    )
    for name in NAMES:
        every = {kind: header_of(kind, name, **sizes) for kind in ("ours", "peer", "plain")}
        headers = {kind: header for kind, header in every.items() if header is not None}
        peer = every["peer"]
        difference = largest_difference(headers, embeddings, labels)
        steps = {key: step_of(header, embeddings, labels) for key, header in headers.items()}
        steps["products"] = products_of(chosen.batch, chosen.classes, chosen.dim)
        taken = seconds_of(steps, chosen.rounds)
        median = {key: statistics.median(values) for key, values in taken.items()}
        rows[name] = {
            "median_s": median,
            "fastest_s": {key: min(values) for key, values in taken.items()},
            "peer_over_ours": median["peer"] / median["ours"] if peer is not None else None,
            "plain_over_ours": median["plain"] / median["ours"],
            "products_share_of_ours": median["products"] / median["ours"],
            "largest_loss_difference": difference,
            "step_memory_mb": {kind: memory_of(kind, name, chosen) for kind in headers},
        }
        row = rows[name]
        beside = f"{row['peer_over_ours']:9.2f}x" if peer is not None else f"{'none':>10}"
        print(
            f"{name:16}"
            + "".join(
                f"{median[key] * 1000:6.1f} ms" if key in median else f"{'-':>9}"
                for key in ("ours", "peer", "plain", "products")
            )
            + f"   {beside}{row['products_share_of_ours']:12.0%}"
            + "     "
            + ", ".join(f"{memory:.0f}" for memory in row["step_memory_mb"].values())
        )
    path = write_result(
        chosen.name,
        {
            "conditions": conditions(
                ("torch", "pytorch-metric-learning"),
                threads=chosen.threads,
                batch=chosen.batch,
                rounds=chosen.rounds,
                products=chosen.products,
                **sizes,
            ),
            "losses": rows,
        },
    )
    print(path)


if __name__ == "__main__":
    run_script(main)
