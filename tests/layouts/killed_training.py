"""``facemetric``, whose last process is killed when the checkpoint of a step is to be written.

    torchrun --nproc-per-node 2 -m layouts.killed_training 5 train recipe.toml

The first process then stands in the middle of that checkpoint.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from facemetric.cli import main
from facemetric.training import state
from facemetric.training.checkpoints import checkpoint_folder, save_checkpoint
from facemetric.training.distributed import Ranks


def run() -> None:
    """Take the step from the command line, and leave the rest of it to facemetric."""
    step = int(sys.argv.pop(1))

    def save(
        folder: Path, tensors: Mapping[str, Any], facts: Mapping[str, Any], *, ranks: Ranks
    ) -> None:
        if folder == checkpoint_folder(folder.parent, step) and ranks.rank == ranks.world - 1:
            os.kill(os.getpid(), signal.SIGKILL)
        save_checkpoint(folder, tensors, facts, ranks=ranks)

    state.save_checkpoint = save
    main()


if __name__ == "__main__":
    run()
