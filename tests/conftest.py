"""Fixtures that find real photographs, or say why a test cannot run without them."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The research photographs (never committed); skips where they are absent."""
    from facemetric.datasets import data_root as find
    from facemetric.errors import DataError

    try:
        return find()
    except DataError as error:
        pytest.skip(f"research photographs are absent: {error}")
