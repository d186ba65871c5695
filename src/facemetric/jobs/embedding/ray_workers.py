"""Shards embedded on a Ray cluster, by Ray Data."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from facemetric.errors import DependencyError, FacemetricError, WorkerError
from facemetric.jobs.arrow import pyarrow
from facemetric.jobs.embedding.history import ShardHistory
from facemetric.jobs.embedding.shard import EmbeddedShard, Shard
from facemetric.jobs.embedding.workers import EmbedderMaker, Tell
from facemetric.types import ItemError

_COLOURS = re.compile("\x1b\\[[0-9;]*m")


def embed_on_ray(
    shards: Sequence[Shard],
    make: EmbedderMaker,
    tell: Tell,
    *,
    address: str,
    workers: int | None = None,
) -> Iterator[EmbeddedShard]:
    """Embed shards on a cluster, and yield each as it is finished, in any order.

    Only this process writes: the machines send their tables here, and need no common folder but
    that of the photographs.

    Parameters
    ----------
    shards, make, tell
        As for the processes of one machine. A shard is told of when it is done.
    address
        Of the cluster, such as ``"auto"`` or ``"10.0.0.1:6379"``.
    workers
        Actors, of one core (or one GPU) each; without it all of the cluster.

    Raises
    ------
    DependencyError
        Ray is not installed.
    WorkerError
        The cluster cannot be reached or ends, or actors end again and again over one shard.
    FacemetricError
        What an actor raised.
    """
    ray = _ray()
    arrow, _ = pyarrow()
    gpu = make.provider == "cuda"
    with _connected(ray, address):
        cores = int(ray.cluster_resources().get("GPU" if gpu else "CPU", 0))
        count = min(len(shards), workers or cores)
        if count < 1:
            raise WorkerError(f"the cluster has no {'GPU' if gpu else 'core'}", item=address)
        items = [{"shard": one.number, "names": json.dumps(one.names)} for one in shards]
        ledger = ray.remote(_Ledger).options(num_cpus=0).remote()
        # Actors of Ray Data are started again without end; the ledger sees to an end.
        embedded = ray.data.from_items(items, override_num_blocks=len(items)).map_batches(
            _Actor,
            fn_constructor_args=(make, ledger),
            batch_size=1,
            batch_format="pyarrow",
            compute=ray.data.ActorPoolStrategy(size=count),
            num_cpus=1,
            num_gpus=1 if gpu else 0,
        )
        sizes = {one.number: len(one.names) for one in shards}
        try:
            for table in embedded.iter_batches(batch_size=None, batch_format="pyarrow"):
                for row in table.to_pylist():
                    if row["error"] is not None:
                        raise ItemError(**json.loads(row["error"])).to_error()
                    tell(row["shard"], sizes[row["shard"]])
                    faces, photos = (_from_bytes(arrow, row[name]) for name in ("faces", "photos"))
                    yield EmbeddedShard(row["shard"], faces, photos)
        except ray.exceptions.RayError as error:
            raise WorkerError(
                f"work on the cluster ended: {_reason(error)}",
                item=address,
                fix="Every machine needs this version of facemetric. Finished shards are kept: run "
                "the command again",
            ) from error


class _Ledger:
    """An actor that remembers which shards are in work, and where, beyond the end of others."""

    def __init__(self) -> None:
        self._of: dict[int, ShardHistory] = {}

    def begin(self, shard: Shard) -> tuple[int, dict[int, ItemError]] | ItemError:
        """Return how to go about a shard; an error where that was tried often enough."""
        history = self._of.get(shard.number)
        if history is None:
            history = self._of[shard.number] = ShardHistory(shard.number, shard.names)
        else:
            try:
                history.worker_ended("an actor or its machine")
            except WorkerError as error:
                return ItemError.of(error, item=error.item or "workers")
        return history.at_once, history.passed_over

    def at(self, shard: int, place: int) -> None:
        """Take note of the photograph that is in work."""
        self._of[shard].at = place

    def end(self, shard: int) -> None:
        """Forget a shard, which is done."""
        self._of.pop(shard, None)


class _Actor:
    """Embeds shards in an actor; an error becomes a row."""

    def __init__(self, make: EmbedderMaker, ledger: Any) -> None:
        import cv2

        cv2.setNumThreads(1)
        self._ray = _ray()
        self._make, self._ledger = make, ledger
        self._embed: Callable[..., EmbeddedShard] | None = None

    def __call__(self, table: Any) -> Any:
        arrow, _ = pyarrow()
        (row,) = table.to_pylist()
        answer: dict[str, Any] = {"faces": None, "photos": None, "error": None}
        try:
            done = self._embedded(Shard(row["shard"], tuple(json.loads(row["names"]))))
            answer["faces"] = _to_bytes(arrow, done.faces)
            answer["photos"] = _to_bytes(arrow, done.photos)
        except FacemetricError as error:
            failed = ItemError.of(error, item=error.item or "worker")
            answer["error"] = json.dumps({name: getattr(failed, name) for name in failed.__slots__})
        schema = arrow.schema(
            [
                ("shard", arrow.int64()),
                ("faces", arrow.binary()),
                ("photos", arrow.binary()),
                ("error", arrow.string()),
            ]
        )
        return arrow.Table.from_pylist([{"shard": row["shard"], **answer}], schema=schema)

    def _embedded(self, shard: Shard) -> EmbeddedShard:
        def ask(question: Any, *arguments: Any) -> Any:
            return self._ray.get(question.remote(*arguments))  # Waits, so that nothing is lost.

        how = ask(self._ledger.begin, shard)
        if isinstance(how, ItemError):
            raise how.to_error()
        at_once, passed_over = how
        # Not in the constructor: what is raised there is tried again.
        self._embed = self._embed or self._make()
        done = self._embed(
            shard,
            at_once=at_once,
            passed_over=passed_over,
            tell=lambda place: ask(self._ledger.at, shard.number, place),
        )
        ask(self._ledger.end, shard.number)
        return done


@contextmanager
def _connected(ray: Any, address: str) -> Iterator[None]:
    """Join the cluster for a while, unless this process has joined one already."""
    began = not ray.is_initialized()
    if began:
        # Ray counts the use of its libraries, and would tell its makers.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            ray.init(address=address, log_to_driver=False, logging_level="ERROR")
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise WorkerError(
                f"the cluster cannot be reached: {error}",
                item=address,
                fix="Start one (ray start --head), and check its address",
            ) from error
    context = ray.data.DataContext.get_current()
    logger = logging.getLogger("ray.data")
    before = context.enable_progress_bars, context.print_on_execution_start, logger.level
    context.enable_progress_bars = context.print_on_execution_start = False
    logger.setLevel(logging.CRITICAL)  # Its errors are raised, too.
    try:
        yield
    finally:
        context.enable_progress_bars, context.print_on_execution_start = before[:2]
        logger.setLevel(before[2])
        if began:
            ray.shutdown()


def _ray() -> Any:
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise DependencyError(
            "a cluster needs Ray", item="ray", fix='Install it: pip install "facemetric[ray]"'
        ) from error
    return ray


def _reason(error: Exception) -> str:
    """Return the first and the last line of one of Ray's errors, which are long."""
    lines = [line.strip() for line in _COLOURS.sub("", str(error)).split("\n") if line.strip()]
    return " … ".join(dict.fromkeys((lines[0], lines[-1]))) if lines else type(error).__name__


def _to_bytes(arrow: Any, table: Any) -> bytes:
    sink = arrow.BufferOutputStream()
    with arrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _from_bytes(arrow: Any, data: bytes) -> Any:
    with arrow.ipc.open_stream(data) as reader:
        return reader.read_all()
