"""pyarrow, which Parquet files need, and only they."""

from __future__ import annotations

from typing import Any

from facemetric.errors import DependencyError


def pyarrow() -> tuple[Any, Any]:
    """Return ``pyarrow`` and ``pyarrow.parquet``; DependencyError where they are not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise DependencyError(
            "Parquet needs pyarrow",
            item="pyarrow",
            fix='Install it: pip install "facemetric[parquet]"',
        ) from error
    return pyarrow, pyarrow.parquet
