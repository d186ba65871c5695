"""Memory that training frees and needs again in the next step."""

from __future__ import annotations

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4


def keep_freed_memory() -> bool:
    """Let this process keep what it frees; return whether that could be arranged.

    glibc gives large blocks, and the free end of its heap, back to the system at once. A step
    frees its activations and needs as much again in the next, and every page is then faulted in
    anew: 25,000 to 50,000 a step for SphereFace-10 at half width and 112 x 96 pixels. From here
    on nothing is given back until the process ends. Elsewhere than on Linux with glibc nothing is
    changed.
    """
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # musl has none
        return False
    return bool(mallopt(_M_MMAP_MAX, 0)) and bool(mallopt(_M_TRIM_THRESHOLD, -1))
