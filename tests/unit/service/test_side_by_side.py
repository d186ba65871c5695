"""Many callers at once: nobody gets another's answer, nothing is lost, nothing fails."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from facemetric.client import Client
from facemetric.errors import PersonError
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
