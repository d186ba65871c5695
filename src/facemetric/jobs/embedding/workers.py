"""Shards embedded by processes of this machine, of which some may be killed."""

from __future__ import annotations

import multiprocessing
import signal
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, TypeAlias

from facemetric.errors import FacemetricError
from facemetric.jobs.embedding.history import ShardHistory
from facemetric.jobs.embedding.plan import Plan
from facemetric.jobs.embedding.shard import EmbeddedShard, Shard, ShardEmbedder
from facemetric.jobs.parent import start_worker
from facemetric.types import ItemError

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

    A shard whose worker ends before it is done is done again, see `ShardHistory`.

    Raises
    ------
    WorkerError
        Workers end at the start, or again and again over one shard.
    FacemetricError
        What a worker raised.
    """
    waiting = deque(_Job(shard, ShardHistory(shard.number, shard.names)) for shard in shards)
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
                    worker.stop()  # There is nothing left to do.
                else:
                    worker.job.history.worker_ended(worker.ended())
                    tell(worker.job.shard.number, 0)
                    waiting.appendleft(worker.job)
                del crew[connection]
    finally:
        for worker in crew.values():
            worker.stop()


@dataclass(frozen=True, slots=True)
class _Job:
    """A shard, and what happened to it so far."""

    shard: Shard
    history: ShardHistory


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
        try:
            self.connection.send((job.shard, job.history.at_once, job.history.passed_over))
        except OSError:
            return  # It is dead, which `receive` tells.

    def receive(self) -> int | EmbeddedShard | ItemError | None:
        """Return the place of a photograph, a result or an error; ``None`` if it is dead."""
        try:
            message: int | EmbeddedShard | ItemError = self.connection.recv()
        except (EOFError, OSError):
            return None
        if isinstance(message, int):
            self.job.history.at = message
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
