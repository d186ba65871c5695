"""Shards embedded by processes of this machine, of which some may be killed."""

from __future__ import annotations

import multiprocessing
import signal
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, TypeAlias

from facemetric.errors import FacemetricError, WorkerError
from facemetric.jobs.embedding.plan import Plan
from facemetric.jobs.embedding.shard import AT_ONCE, EmbeddedShard, Shard, ShardEmbedder
from facemetric.jobs.parent import start_worker
from facemetric.types import ItemError

MOST_DEATHS = 5
"""Of workers over one shard, before the run gives up."""

Tell: TypeAlias = Callable[[int, int], None]
"""Called with a shard's number and how many of its photographs are done."""
MakeEmbedder: TypeAlias = Callable[[], Callable[..., EmbeddedShard]]


@dataclass(frozen=True, slots=True)
class EmbedderMaker:
    """Makes a `ShardEmbedder` in the process that uses it."""

    plan: Plan
    bundle: str
    base: Path
    provider: str

    def __call__(self) -> ShardEmbedder:
        """Return a new one; raises what `ShardEmbedder` raises."""
        return ShardEmbedder(self.plan, bundle=self.bundle, base=self.base, provider=self.provider)


def embed_here(shards: Sequence[Shard], make: MakeEmbedder, tell: Tell) -> Iterator[EmbeddedShard]:
    """Embed shards in this process, in order."""
    embed = make()
    for shard in shards:
        yield embed(shard, tell=lambda done, number=shard.number: tell(number, done))


def embed_in_processes(
    shards: Sequence[Shard], make: MakeEmbedder, tell: Tell, *, workers: int
) -> Iterator[EmbeddedShard]:
    """Embed shards in processes, and yield each as it is finished.

    A shard whose worker dies is done again, its photographs one by one. A photograph at which two
    workers died alone is passed over, and its record says so.

    Raises
    ------
    WorkerError
        Workers die at the start, or `MOST_DEATHS` times over one shard at several photographs.
    FacemetricError
        What a worker raised.
    """
    waiting = deque(_Job(shard) for shard in shards)
    crew: dict[Any, _Worker] = {}
    try:
        while waiting or crew:
            while waiting and len(crew) < workers:
                one = _Worker(make)
                one.give(waiting.popleft())
                crew[one.connection] = one
            for connection in wait(list(crew)):
                worker = crew[connection]
                message = worker.receive()
                if isinstance(message, int):
                    tell(worker.job.shard.number, message)
                    continue
                if isinstance(message, ItemError):
                    raise message.to_error()
                if isinstance(message, EmbeddedShard):
                    yield message
                    if waiting:
                        worker.give(waiting.popleft())
                        continue
                    worker.dismiss()
                else:
                    worker.job.mourn(worker.ended())
                    tell(worker.job.shard.number, 0)
                    waiting.appendleft(worker.job)
                del crew[connection]
    finally:
        for worker in crew.values():
            worker.stop()


@dataclass
class _Job:
    """A shard, and what happened to it so far."""

    shard: Shard
    at: int | None = None
    careful: bool = False
    died_at: Counter[int] = field(default_factory=Counter)
    passed_over: dict[int, ItemError] = field(default_factory=dict)

    def mourn(self, end: str) -> None:
        """Take note of the death of the worker that did it; raises WorkerError after many."""
        where = -1 if self.at is None else self.at
        self.died_at[where] += 1
        if where < 0 and self.died_at[where] >= 2:
            raise WorkerError(
                f"two workers ended ({end}) before the first photograph",
                item="workers",
                fix="Each holds its own networks: try fewer workers",
            )
        if self.careful and where >= 0 and self.died_at[where] >= 2:
            self.passed_over[where] = ItemError(
                self.shard.names[where],
                WorkerError.code,
                f"two workers ended ({end}) at this photograph",
                "Look at it alone: is it very large?",
            )
        elif self.died_at.total() - 2 * len(self.passed_over) >= MOST_DEATHS:
            raise WorkerError(
                f"{self.died_at.total()} workers ended (at last {end}) over shard "
                f"{self.shard.number}, at several photographs",
                item=self.shard.names[max(where, 0)],
                fix="Is the memory short? Try fewer workers. Finished shards are kept",
            )
        self.at = None
        if where >= 0 and not self.careful:
            self.careful = True
            self.died_at.clear()


class _Worker:
    """A process, this end of the pipe to it, and its job."""

    def __init__(self, make: MakeEmbedder) -> None:
        # ONNX Runtime and OpenCV do not survive a fork.
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        self._process = context.Process(target=_work, args=(other, make), daemon=True)
        self._process.start()
        other.close()  # Or its end would not be noticed.
        self.job: _Job

    def give(self, job: _Job) -> None:
        self.job = job
        at_once = 1 if job.careful else AT_ONCE
        try:
            self.connection.send((job.shard, at_once, job.passed_over))
        except OSError:
            return  # It is dead, which `receive` tells.

    def receive(self) -> int | EmbeddedShard | ItemError | None:
        """Return the place of a photograph, a result or an error; ``None`` if it is dead."""
        try:
            message: int | EmbeddedShard | ItemError = self.connection.recv()
        except (EOFError, OSError):
            return None
        if isinstance(message, int):
            self.job.at = message
        return message

    def ended(self) -> str:
        """Wait for its end, and say how it was."""
        self._process.join()
        self.connection.close()
        code = self._process.exitcode or 0
        if code < 0:
            killed = signal.Signals(-code)
            memory = ": out of memory?" if killed == signal.SIGKILL else ""
            return f"{killed.name}{memory}"
        return f"exit code {code}"

    def dismiss(self) -> None:
        """Let it go, for there is nothing left to do."""
        self.stop()

    def stop(self) -> None:
        """End it now."""
        self._process.terminate()
        self._process.join()
        self.connection.close()


def _work(connection: Connection, make: MakeEmbedder) -> None:
    """Be a worker: embed one shard after another, until ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The parent ends the work.
    start_worker()
    try:
        embed = make()
        while True:
            shard, at_once, passed_over = connection.recv()
            connection.send(
                embed(shard, at_once=at_once, passed_over=passed_over, tell=connection.send)
            )
    except FacemetricError as error:
        connection.send(ItemError.of(error, item=error.item or "worker"))
    except (EOFError, OSError):
        return  # The parent is gone.
    except Exception:
        traceback.print_exc()
        raise SystemExit(70) from None
