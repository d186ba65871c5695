"""Work on several threads, its results in the order of the items."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from facemetric.processors import usable_processors

A = TypeVar("A")
B = TypeVar("B")

AHEAD = 2
"""Items a thread that may be done before their turn: results wait in memory."""


def in_order(
    work: Callable[[A], B], items: Iterable[A], *, threads: int | None = None
) -> Iterator[B]:
    """Yield ``work(item)`` for each item, in order, whatever is done first.

    ``threads`` is the number of processors that may be used where it is ``None``.
    """
    count = threads or usable_processors()
    waiting: deque[Future[B]] = deque()
    with ThreadPoolExecutor(count) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > AHEAD * count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for left in waiting:
                left.cancel()


@contextmanager
def single_products() -> Iterator[None]:
    """Keep the linear algebra library from threads of its own.

    Its threads wait for one another in every product: a small one on a busy machine takes many
    times as long as alone.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        yield
