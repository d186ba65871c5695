"""How busy the machine is with other work."""

from __future__ import annotations

import time
from pathlib import Path

STAT = Path("/proc/stat")


def busy_share(seconds: float, *, stat: Path = STAT) -> float | None:
    """Return the share of all processors' time that is in use, watched for ``seconds``.

    Call it while nothing of one's own runs. ``None`` where the system does not say (not Linux).
    """
    if not stat.is_file():
        return None
    (idle, total), _, (idle_after, total_after) = _times(stat), time.sleep(seconds), _times(stat)
    return 1 - (idle_after - idle) / max(total_after - total, 1)


def _times(stat: Path) -> tuple[int, int]:
    # user, nice, system, idle, iowait, irq, softirq, steal: proc(5)
    counts = [int(word) for word in stat.read_text(encoding="ascii").split("\n")[0].split()[1:9]]
    return counts[3] + counts[4], sum(counts)
