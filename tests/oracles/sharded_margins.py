"""Three processes: every margin with sharded classes equals it with all of them.

python -m oracles.sharded_margins FOLDER
"""

from __future__ import annotations

import datetime
import json
import os
import sys
from pathlib import Path

import torch
from torch import distributed

from facemetric.losses import MARGINS, margin_loss
from layouts.forked import forked_ranks
from oracles.margin_batch import CLASSES, batch, small_margin

# Which rank has how many classes; one has none.
SHARDS = {2: (3, 6), 3: (5, 4, 0)}


def check(name: str, group: distributed.ProcessGroup, sizes: tuple[int, ...]) -> None:
    rank = distributed.get_rank(group)
    margin = small_margin(name).train()
    whole_margin = small_margin(name).train()
    many = margin.centres_per_class
    embeddings, labels, centres = batch(3, centres_per_class=many)
    bias = torch.linspace(-1, 1, CLASSES, dtype=torch.float64) if margin.bias else None
    weights = torch.linspace(1, 2, len(embeddings), dtype=torch.float64)

    first = sum(sizes[:rank])
    mine = slice(first, first + sizes[rank])
    held = (labels >= first) & (labels < first + sizes[rank])
    columns = torch.where(held, labels - first, -1)

    def run(margin, centres, bias, labels, group):
        leaves = [embeddings.clone(), centres.clone(), *([] if bias is None else [bias.clone()])]
        leaves = [leaf.requires_grad_() for leaf in leaves]
        own_bias = None if bias is None else leaves[2]
        losses = margin_loss(margin, leaves[0], labels, leaves[1], bias=own_bias, group=group)
        grads = torch.autograd.grad((losses * weights).sum(), leaves)
        return losses.detach(), grads

    whole, whole_grads = run(whole_margin, centres, bias, labels, None)
    rows = slice(mine.start * many, mine.stop * many)
    part, grads = run(margin, centres[rows], None if bias is None else bias[mine], columns, group)

    torch.testing.assert_close(part, whole, msg=lambda text: f"{name}: {text}")
    gathered = grads[0].clone()
    distributed.all_reduce(gathered, group=group)
    torch.testing.assert_close(gathered, whole_grads[0], msg=lambda text: f"{name}: {text}")
    torch.testing.assert_close(grads[1], whole_grads[1][rows], msg=lambda text: f"{name}: {text}")
    if bias is not None:
        torch.testing.assert_close(grads[2], whole_grads[2][mine])
    for one, other in zip(margin.buffers(), whole_margin.buffers(), strict=True):
        torch.testing.assert_close(one, other)


def work(file: Path) -> None:
    torch.set_num_threads(1)
    rank = int(os.environ["RANK"])
    distributed.init_process_group(
        "gloo",
        init_method=f"file://{file}",
        rank=rank,
        world_size=int(os.environ["WORLD_SIZE"]),
        timeout=datetime.timedelta(seconds=60),
    )
    two = distributed.new_group([0, 1])
    for name in MARGINS:
        check(name, distributed.group.WORLD, SHARDS[3])
        if rank < 2:
            check(name, two, SHARDS[2])
    distributed.destroy_process_group()
    print(f"{len(MARGINS)} margins")


def main() -> None:
    folder = Path(sys.argv[1])
    print(json.dumps(forked_ranks(3, lambda: work(folder / "store"), folder)))


if __name__ == "__main__":
    main()
