"""A step with a million classes of which a tenth is sampled, against the full softmax.

    python benchmarks/partial_fc.py
    python benchmarks/partial_fc.py --classes 100000 --rate 0.1 --steps 3

Each header runs in a process of its own, so that its peak of memory is its own. Measured is the
header's whole step: forward, backward and update of centres and momentum (SGD), on embeddings of
random unit vectors. The peer is ArcFace's loss in plain torch: ``normalize``, ``linear``, the
margin on the own class's column, ``cross_entropy``, ``torch.optim.SGD``.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from typing import Any

from _conditions import conditions, write_result
from _script import run_script

HEADERS = ("sampled", "full", "torch")


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Run one header in this process and return its times and memory."""
    import torch
    from torch.nn import functional

    from facemetric.losses import ArcFace
    from facemetric.training.distributed import RowSGD, ShardedCentres

    torch.set_num_threads(arguments.threads)
    rate = arguments.rate if arguments.header == "sampled" else 1.0
    before_mb = _peak_mb()
    header = ShardedCentres(
        ArcFace(), classes=arguments.classes, dim=arguments.dim, sample_rate=rate
    )
    kind = torch.optim.SGD if arguments.header == "torch" else RowSGD
    optimiser = kind(header.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)

    def plain(embeddings: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        cosines = functional.linear(
            functional.normalize(embeddings), functional.normalize(header.centres)
        )
        own = cosines.gather(1, labels[:, None]).clamp(-1 + 1e-7, 1 - 1e-7)
        cosines = cosines.scatter(1, labels[:, None], torch.cos(torch.arccos(own) + 0.5))
        return functional.cross_entropy(64.0 * cosines, labels)

    generator = torch.Generator().manual_seed(0)
    seconds: list[float] = []
    cpu_seconds: list[float] = []
    rows = 0
    for step in range(arguments.steps + 1):
        embeddings = torch.randn(arguments.batch, arguments.dim, generator=generator)
        embeddings.requires_grad_()
        labels = torch.randint(arguments.classes, (arguments.batch,), generator=generator)
        start, cpu_start = time.perf_counter(), time.process_time()
        if arguments.header == "torch":
            loss = plain(embeddings, labels)
        else:
            loss = header(embeddings, labels, step=step)
        loss.backward()
        gradient = header.centres.grad
        rows = gradient._nnz() if gradient.is_sparse else len(gradient)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        seconds.append(time.perf_counter() - start)
        cpu_seconds.append(time.process_time() - cpu_start)
    return {
        # The first step also makes the momentum, and touches every page for the first time.
        "first_step_s": round(seconds[0], 3),
        "step_s": round(statistics.median(seconds[1:]), 4),
        "steps_s": [round(value, 4) for value in seconds[1:]],
        # Over all threads; what a busy machine delays least.
        "step_cpu_s": round(statistics.median(cpu_seconds[1:]), 4),
        "peak_mb": round(_peak_mb() - before_mb),
        "classes_used": rows,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--classes", type=int, default=1_000_000)
    parser.add_argument("--dim", type=int, default=128)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--name", default="partial_fc", help="of the result's file")
    parser.add_argument("--header", choices=HEADERS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.header:
        print(json.dumps(measure(arguments)))
        return 0

    found = {header: _in_own_process(header) for header in HEADERS}
    ours, full, peer = (found[header] for header in HEADERS)
    held_mb = 2 * arguments.classes * arguments.dim * 4 / 1e6
    result = {
        "what": f"ArcFace over {arguments.classes:,} classes of {arguments.dim} dimensions, "
        f"batch {arguments.batch}: {arguments.rate:.0%} of the classes against all of them",
        "bar": "runs in one CPU process; memory and step time against the full softmax",
        "passed": True,
        "ours": {"sampled": ours, "full": full},
        "peer": {"torch_full": peer},
        "ratio": {
            "step_sampled_to_full": round(ours["step_s"] / full["step_s"], 4),
            "step_sampled_to_torch": round(ours["step_s"] / peer["step_s"], 4),
            "step_full_to_torch": round(full["step_s"] / peer["step_s"], 4),
            "cpu_sampled_to_full": round(ours["step_cpu_s"] / full["step_cpu_s"], 4),
            "cpu_full_to_torch": round(full["step_cpu_s"] / peer["step_cpu_s"], 4),
            "memory_sampled_to_full": round(ours["peak_mb"] / full["peak_mb"], 4),
            "memory_sampled_to_torch": round(ours["peak_mb"] / peer["peak_mb"], 4),
        },
        "centres_and_momentum_mb": round(held_mb),
        "conditions": conditions(
            ("torch",),
            classes=arguments.classes,
            dim=arguments.dim,
            batch=arguments.batch,
            rate=arguments.rate,
            threads=arguments.threads,
            precision="float32",
        ),
    }
    path = write_result(arguments.name, result)
    print(
        f"{'':24}{'step':>10}{'CPU':>10}{'first step':>12}{'peak memory':>14}{'classes used':>14}"
    )
    for title, one in (("10 % sampled", ours), ("all, fused", full), ("all, plain torch", peer)):
        title = title.replace("10 %", f"{arguments.rate:.0%}")
        print(
            f"{title:24}{one['step_s']:>8.2f} s{one['step_cpu_s']:>8.2f} s"
            f"{one['first_step_s']:>10.2f} s{one['peak_mb']:>11,} MB{one['classes_used']:>14,}"
        )
    print(f"centres and momentum take {held_mb:,.0f} MB of each")
    print(path)
    return 0


def _in_own_process(header: str) -> dict[str, Any]:
    command = [sys.executable, *sys.argv, "--header", header]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


if __name__ == "__main__":
    run_script(main)
