"""Many callers at once: nobody gets another's answer, nothing is lost, nothing fails."""

from __future__ import annotations

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from facemetric.client import Client
from facemetric.errors import PersonError
from facemetric.service.workforce import CLERKS
from facemetric.wire.requests import PersonIn
from layouts.service import Served, listening


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


def test_a_locked_gallery_keeps_no_other_key_waiting(
    service: Served, samples: dict[str, Path]
) -> None:
    main = service.app.state.service.engine.gallery("main")
    with (
        listening(service.app) as address,
        Client(address, service.secrets["main"], retries=0) as greedy,
        Client(address, service.secrets["other"], retries=0) as patient,
        ThreadPoolExecutor(3 * CLERKS) as pool,
    ):
        people = greedy.gallery("main")
        made = people.enrol("Barack", [samples["obama"]], conflicts="allow")
        theirs = patient.gallery("other").enrol("Joe", [samples["biden"]], conflicts="allow")
        assert made.person_id is not None and theirs.person_id is not None
        with closing(sqlite3.connect(main.path, isolation_level=None)) as program:
            program.execute("BEGIN IMMEDIATE")  # another program writes, and takes its time
            writes = [
                pool.submit(people.change, made.person_id, PersonIn(name=f"Barack {number}"))
                for number in range(3 * CLERKS)
            ]
            time.sleep(1)
            assert not any(write.done() for write in writes)
            for number in range(3):
                changed = patient.gallery("other").change(
                    theirs.person_id, PersonIn(name=f"Joe {number}")
                )
                assert changed.person.name == f"Joe {number}"
            assert not any(write.done() for write in writes)  # which wait for 30 s
            program.execute("ROLLBACK")
        assert {write.result().person.name for write in writes} >= {"Barack 0", "Barack 23"}
        people.erase(made.person_id)
        patient.gallery("other").erase(theirs.person_id)
