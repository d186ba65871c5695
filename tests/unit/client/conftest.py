from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from facemetric.client import Client
from facemetric.service.engine import Engine
from layouts.service import Served, listening, served, settings_in


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, samples: dict[str, Path]) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("service")
    engine = Engine(settings_in(folder), observe=lambda chips: None)
    with served(folder, engine, lambda one: replace(one, keep_portraits=True)) as running:
        yield running
    engine.close()


@pytest.fixture(scope="module")
def address(service: Served) -> Iterator[str]:
    with listening(service.app) as url:
        yield url


@pytest.fixture(scope="module")
def client(service: Served, address: str) -> Iterator[Client]:
    with Client(address, service.secrets["admin"]) as connected:
        yield connected
