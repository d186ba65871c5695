from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from facemetric.client import AsyncClient
from facemetric.errors import BusyError, NoFaceError, ServiceError
from layouts.service import Served


def test_asked_at_once_in_this_process(
    service: Served, samples: dict[str, Path], no_face_photo: Path
) -> None:
    async def ask() -> None:
        transport = httpx.ASGITransport(app=service.app)
        key = service.secrets["admin"]
        async with AsyncClient("http://faces", key, transport=transport) as client:
            main = client.gallery("main")
            made = await main.enrol("Barack", [samples["obama"]], keep_portraits=True)
            assert made.person_id is not None
            where = (made.person_id, made.samples[0].sample_id)
            assert (await main.portrait(*where)).startswith(b"\xff\xd8\xff")
            assert (await main.erase_portrait(*where)).purged
            answers = await asyncio.gather(
                *(main.identify([samples[name]]) for name in ("obama2", "biden", "obama3"))
            )
            named = [answer.photos[0].faces[0].name for answer in answers]
            assert named == ["Barack", None, "Barack"]
            assert [one.name async for one in main.people()] == ["Barack"]
            job = await client.wait(await client.cluster([samples["biden"]]), every_s=0.05)
            assert job.state == "done"
            await client.cancel(job.job_id)
            with pytest.raises(NoFaceError):
                await client.detect([no_face_photo])
                await main.add_photos(made.person_id, [no_face_photo])
            assert (await main.erase(made.person_id)).samples == 1

    asyncio.run(ask())


def test_it_waits_and_gives_up() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    def busy(request: httpx.Request) -> httpx.Response:
        return httpx.Response(503, text="x", headers={"Retry-After": "99"})

    def late(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("late")

    async def ask() -> None:
        for answer, kind in ((busy, ServiceError), (late, BusyError)):
            transport = httpx.MockTransport(answer)
            async with AsyncClient("http://f", "k", transport=transport, sleep=sleep) as client:
                with pytest.raises(kind):
                    await client.whoami()

    asyncio.run(ask())
    assert slept == [30.0, 30.0]
