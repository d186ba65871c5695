"""One line of the summary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NOT_MEASURED = "not measured"

Result = dict[str, Any] | None
"""What a benchmark wrote; ``None`` where it has not run."""


@dataclass(frozen=True)
class Row:
    """One line of the table; ``met`` is ``None`` where there is no bar or no figure."""

    what: str
    bar: str
    measured: str = NOT_MEASURED
    met: bool | None = None
