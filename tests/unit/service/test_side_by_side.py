"""Many callers at once: nobody gets another's answer, nothing is lost, nothing fails."""

from __future__ import annotations

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest

from facemetric.client import Client
from facemetric.errors import BusyError, PersonError
from facemetric.service import Settings
from facemetric.service.engine import Engine
from facemetric.service.workforce import Deadline
from facemetric.wire.requests import PersonIn
from layouts.service import Served, listening, served


def test_enrol_identify_and_erase_side_by_side(service: Served, samples: dict[str, Path]) -> None:
    photos = {name: samples[name].read_bytes() for name in ("obama", "biden", "grace_hopper")}
    second = {"obama": samples["obama2"].read_bytes(), "biden": photos["biden"]}

    def life(address: str, number: int) -> list[str | None]:
        who = ("obama", "biden")[number % 2]
        with Client(address, service.secrets["admin"]) as client:
            main = client.gallery("main")
            group = [f"group {number}"]
            made = main.enrol(f"{who} {number}", [photos[who]], groups=group, conflicts="allow")
            assert made.person_id is not None
            found = main.identify([second[who], photos["grace_hopper"]], groups=group)
            names = [photo.faces[0].name for photo in found.photos]
            assert main.person(made.person_id).person.samples == 1
            main.erase(made.person_id)
            try:
                main.person(made.person_id)
            except PersonError:
                return names
        raise AssertionError("erased, and there")

    with listening(service.app) as address, ThreadPoolExecutor(8) as pool:
        lives = list(pool.map(lambda number: life(address, number), range(10)))
    for number, names in enumerate(lives):
        assert names == [f"{('obama', 'biden')[number % 2]} {number}", None]
    figures = service.http.get("/v1/service").json()
    assert figures["failed"] == 0 and figures["in_work"] == 0
    assert service.http.get("/v1/galleries/main").json()["people"] == 0


def test_a_locked_gallery_keeps_nobody_waiting_who_does_not_write_to_it(
    engine: Engine, tmp_path: Path, samples: dict[str, Path]
) -> None:
    # Longer than a gallery waits for another program, so that slow machines see no 504.
    def patient(settings: Settings) -> Settings:
        return replace(settings, limits=replace(settings.limits, deadline_s=300.0))

    with (
        served(tmp_path, engine, patient) as service,
        listening(service.app) as address,
        ExitStack() as clients,
        ThreadPoolExecutor(5 * 5) as pool,
    ):

        def client(secret: str) -> Client:
            return clients.enter_context(Client(address, secret, retries=0, timeout_s=300))

        secrets = [
            service.keys.new(f"writer {number}", scopes=["read", "enrol"], galleries=["main"])[1]
            for number in range(5)
        ]
        greedy = [client(secret).gallery("main") for secret in secrets]
        other = client(service.secrets["other"]).gallery("other")
        made = greedy[0].enrol("Barack", [samples["obama"]], conflicts="allow")
        theirs = other.enrol("Joe", [samples["biden"]], conflicts="allow")
        assert made.person_id is not None and theirs.person_id is not None
        with closing(sqlite3.connect(engine.gallery("main").path, isolation_level=None)) as program:
            program.execute("BEGIN IMMEDIATE")  # another program writes, and takes its time
            writes = [
                pool.submit(people.change, made.person_id, PersonIn(name=f"Barack {number} {turn}"))
                for turn in range(5)
                for number, people in enumerate(greedy)
            ]
            time.sleep(1)
            assert not any(write.done() for write in writes)
            for number in range(3):
                changed = other.change(theirs.person_id, PersonIn(name=f"Joe {number}"))
                assert changed.person.name == f"Joe {number}"
                for people in greedy:  # reads go on, also there and of those who wait to write
                    assert people.person(made.person_id).person.name == "Barack"
            assert not any(write.done() for write in writes)  # which wait for 30 s
            program.execute("ROLLBACK")
        assert {write.result().person.name for write in writes} >= {"Barack 0 0", "Barack 4 4"}
        client(service.secrets["main"]).gallery("main").erase(made.person_id)
        other.erase(theirs.person_id)


def test_nobody_waits_to_edit_beyond_the_deadline(engine: Engine) -> None:
    with engine.editing("main", Deadline(60)):
        with (
            pytest.raises(BusyError, match="main: others edited"),
            engine.editing("main", Deadline(0.05)),
        ):
            pass
        with engine.editing("other", Deadline(60)):
            pass
    with engine.editing("main", Deadline(60)):
        pass
