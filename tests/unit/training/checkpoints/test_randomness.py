from __future__ import annotations

from pathlib import Path

import torch

from facemetric.training.checkpoints import (
    load_checkpoint,
    load_random,
    random_targets,
    random_tensors,
    read_checkpoint,
    save_checkpoint,
)
from facemetric.training.distributed import Ranks


def test_draws_go_on_where_they_were(tmp_path: Path) -> None:
    ranks = Ranks()
    torch.manual_seed(4)
    save_checkpoint(tmp_path / "one", random_tensors(ranks), {}, ranks=ranks)
    wanted = torch.rand(5)
    targets = random_targets(read_checkpoint(tmp_path / "one"), ranks)
    load_checkpoint(tmp_path / "one", targets, ranks=ranks)
    load_random(targets, ranks)
    assert torch.rand(5).equal(wanted)


def test_another_number_of_processes_keeps_its_own(tmp_path: Path) -> None:
    ranks = Ranks()
    save_checkpoint(tmp_path / "one", random_tensors(ranks), {}, ranks=ranks)
    assert random_targets(read_checkpoint(tmp_path / "one"), Ranks(rank=0, world=2)) == {}
