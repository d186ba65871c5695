"""How a benchmark ends: its bar met or missed, something not there, or an error in words."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from _needs import lacking
from _plan import needs_of
from facemetric.errors import FacemetricError

MISSED, LACKING = 3, 4


def run_script(main: Callable[[], int | None]) -> NoReturn:
    """Run ``main`` where all that the script needs is there, and end with a status that tells.

    0 where ``main`` returns nothing or 0, ``MISSED`` where it returns something else (a bar is not
    met), ``LACKING`` where data or a peer is not there, 1 for an error.
    """
    if not {"-h", "--help"} & set(sys.argv):
        for need in needs_of(Path(sys.argv[0]).stem):
            if reason := lacking(need):
                print(f"left out: {reason}", file=sys.stderr)
                raise SystemExit(LACKING)
    try:
        missed = main()
    except FacemetricError as error:
        raise SystemExit(f"error: {error}") from error
    raise SystemExit(MISSED if missed else 0)
