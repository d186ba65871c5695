from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from facemetric.client import AsyncClient, Client
from facemetric.errors import ServiceError
from facemetric.report.evaluation.folder import MARK
from facemetric.service.engine import Engine
from layouts.reports import written_report
from layouts.service import Served, listening, served, settings_in


@pytest.fixture(scope="module")
def shelved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    pytest.importorskip("matplotlib", reason="plots need the extra eval")
    folder = tmp_path_factory.mktemp("service")
    written_report(folder / "reports" / "보고서 1")
    (folder / "reports" / "broken").mkdir()
    (folder / "reports" / "broken" / MARK).write_text("index.html\nevaluation.json")
    engine = Engine(settings_in(folder), observe=lambda chips: None)
    change = {"reports": folder / "reports"}
    with served(folder, engine, lambda usual: replace(usual, **change)) as running:
        yield running
    engine.close()


def test_reports(shelved: Served) -> None:
    with listening(shelved.app) as url, Client(url, shelved.secrets["read"]) as client:
        listed = client.reports()
        assert [one.name for one in listed.reports] == ["보고서 1"]
        assert [one.item for one in listed.errors] == ["broken"]
        shown = client.report("보고서 1")
        assert shown.report == listed.reports[0]
        assert shown.models[0].parts[0].figures[0] == shown.report.models[0].figures[0]
        assert client.report_page("보고서 1").startswith("<!doctype html>")
        for ask in (client.report, client.report_page):
            with pytest.raises(ServiceError, match="no such report"):
                ask("none")
            with pytest.raises(ServiceError, match=r"index.html is missing"):
                ask("broken")


def test_reports_for_asyncio(shelved: Served) -> None:
    async def ask() -> None:
        transport = httpx.ASGITransport(app=shelved.app)
        key = shelved.secrets["read"]
        async with AsyncClient("http://faces", key, transport=transport) as client:
            (one,) = (await client.reports()).reports
            assert (await client.report(one.name)).report == one
            assert (await client.report_page(one.name)).startswith("<!doctype html>")
            with pytest.raises(ServiceError, match="no such report"):
                await client.report_page("none")

    asyncio.run(ask())
