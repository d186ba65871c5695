"""The processes that train together: which one this is, and how they are reached."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any

import torch
from torch import distributed as dist

from facemetric.errors import InputError, ProviderError

_NAMES = ("RANK", "WORLD_SIZE", "LOCAL_RANK")


@dataclass(frozen=True)
class Ranks:
    """One process among those that train together; alone where ``group`` is ``None``.

    Parameters
    ----------
    rank
        This process, from 0.
    world
        How many there are.
    device
        Where this process computes.
    group
        The process group of all of them, or ``None`` for a process alone.
    """

    rank: int = 0
    world: int = 1
    device: torch.device = torch.device("cpu")  # noqa: RUF009, a device is a constant
    group: Any = None

    @property
    def first(self) -> bool:
        """Whether this process writes what is written once: logs, pages, results."""
        return self.rank == 0

    def rows(self, total: int, *, unit: int = 1) -> slice:
        """Return this process's rows of a global batch.

        Parameters
        ----------
        total
            Rows of the global batch.
        unit
            Rows that stay together, such as a virtual batch; a shorter last one counts as one.
            Processes differ by at most one unit, the first ones holding more.
        """
        units = -(-total // unit)
        share, more = divmod(units, self.world)
        first = self.rank * share + min(self.rank, more)
        last = first + share + (self.rank < more)
        return slice(min(first * unit, total), min(last * unit, total))

    def shares(self, total: int, *, parts: int = 1, unit: int = 1) -> list[list[slice]]:
        """Return the rows of a global batch that is worked through in parts, each by all.

        Parameters
        ----------
        total, unit
            As for `rows`.
        parts
            Parts, one after another; they differ by at most one unit. Empty ones are left out.

        Returns
        -------
        list
            For each part, the rows of every process.
        """
        found: list[list[slice]] = []
        for number in range(parts):
            part = Ranks(number, parts).rows(total, unit=unit)
            if part.stop == part.start:
                continue
            own = [
                Ranks(rank, self.world).rows(part.stop - part.start, unit=unit)
                for rank in range(self.world)
            ]
            found.append([slice(part.start + one.start, part.start + one.stop) for one in own])
        return found

    def barrier(self) -> None:
        """Wait until every process is here."""
        if self.group is not None:
            dist.barrier(self.group)

    def leave(self) -> None:
        """Leave the process group; a process alone has none."""
        if self.group is not None and dist.is_initialized():
            dist.destroy_process_group()

    def __enter__(self) -> Ranks:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.leave()


def join_ranks(*, device: str = "cpu", timeout_s: float = 1800.0) -> Ranks:
    """Join the processes that ``torchrun`` started, or return a process alone.

    Used as ``with join_ranks(device="cuda") as ranks: ...``, which leaves at the end.

    Parameters
    ----------
    device
        ``"cpu"`` (gloo), or ``"cuda"`` (NCCL; this process takes the GPU of its local rank).
    timeout_s
        Seconds after which a process that waits for another gives up.

    Raises
    ------
    InputError
        Some of ``RANK``, ``WORLD_SIZE`` and ``LOCAL_RANK`` are set and others are not, or they
        are no numbers.
    ProviderError
        ``"cuda"`` is asked for and this process has no GPU.
    """
    kind = torch.device(device).type
    found = {name: os.environ[name] for name in _NAMES if name in os.environ}
    missing = [name for name in _NAMES if name not in found]
    if found and missing:
        raise InputError(
            f"{' and '.join(found)} are set, {' and '.join(missing)} not",
            item="environment",
            fix="Start the processes with torchrun, or unset them to train in one process.",
        )
    rank, world, local = (_number(found, name) for name in _NAMES) if found else (0, 1, 0)
    if not 0 <= rank < world:
        raise InputError(f"RANK must be in [0, {world}), got {rank}", item="environment")
    place = _device(kind, local, named=torch.device(device).index)
    if world == 1:
        return Ranks(device=place)
    if kind == "cuda":
        torch.cuda.set_device(place)
    # Objects and tensors in memory travel over gloo also where gradients use NCCL.
    backend = "cpu:gloo,cuda:nccl" if kind == "cuda" else "gloo"
    dist.init_process_group(backend, timeout=timedelta(seconds=timeout_s))
    return Ranks(rank, world, place, dist.group.WORLD)


def _number(found: dict[str, str], name: str) -> int:
    try:
        return int(found[name])
    except ValueError:
        raise InputError(
            f"{name} must be a whole number, got {found[name]!r}", item="environment"
        ) from None


def _device(kind: str, local: int, *, named: int | None) -> torch.device:
    if kind != "cuda":
        return torch.device(kind)
    count = torch.cuda.device_count()
    index = local if named is None else named
    if index >= count:
        raise ProviderError(
            f"wanted GPU {index}, and this machine shows {count}",
            item="cuda",
            fix="Start one process a GPU (torchrun --nproc-per-node), or train with device = cpu.",
        )
    return torch.device("cuda", index)
