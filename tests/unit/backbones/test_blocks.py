from __future__ import annotations

import torch
from torch import nn

from facemetric.backbones import Blocks


class _Counted(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.Linear(3, 3)
        self.norm = nn.BatchNorm1d(3)
        self.runs = 0

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        self.runs += 1
        return self.norm(self.dense(inputs)).relu()


def test_blocks_run_again_only_for_a_gradient() -> None:
    blocks = Blocks(_Counted(), _Counted(), checkpointing=True)
    inputs = torch.randn(4, 3)
    blocks(inputs).sum().backward()
    assert [block.runs for block in blocks] == [2, 2]
    assert [int(block.norm.num_batches_tracked) for block in blocks] == [1, 1]
    with torch.no_grad():
        blocks(inputs)
    blocks.eval()(inputs).sum().backward()
    assert [block.runs for block in blocks] == [4, 4]


def test_nothing_runs_again_without_checkpointing() -> None:
    blocks = Blocks(_Counted())
    blocks(torch.randn(4, 3)).sum().backward()
    assert blocks[0].runs == 1
