from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from facemetric.service.engine import Engine
from layouts.service import Served, served, settings_in


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, samples: dict[str, Path]) -> Iterator[Engine]:
    opened = Engine(settings_in(tmp_path_factory.mktemp("galleries")), observe=lambda chips: None)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def service(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("service"), engine) as running:
        yield running
