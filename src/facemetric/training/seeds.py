"""Seeds that are functions of the step: nothing of a generator's state has to be saved."""

from __future__ import annotations

import hashlib

import torch


def derived_seed(seed: int, *path: str | int) -> int:
    """Return a seed in [0, 2**63) for one purpose, step and process of a run."""
    text = "/".join(map(str, (seed, *path)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def seed_step(seed: int, step: int, *, rank: int) -> torch.Generator:
    """Seed everything that one optimiser step draws.

    Dropout draws from torch's own generators, which get a seed of the step and the process;
    miners draw from the generator that is returned, which is the same in every process.
    """
    torch.manual_seed(derived_seed(seed, "network", step, rank))
    return torch.Generator().manual_seed(derived_seed(seed, "miners", step))
