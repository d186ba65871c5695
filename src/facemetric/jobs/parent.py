"""Worker processes that leave with the one that started them."""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor

import cv2


def worker_pool(workers: int) -> ProcessPoolExecutor:
    """Return a pool of processes with one OpenCV thread each.

    A killed parent cannot close its pool; the workers notice that it is gone and leave.
    """
    # ONNX Runtime and OpenCV do not survive a fork.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=start_worker)


def start_worker() -> None:
    """Take one OpenCV thread, and leave when the parent does; called in a worker."""
    cv2.setNumThreads(1)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
