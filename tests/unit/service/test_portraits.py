"""Portraits over HTTP: asked for twice, shown to admins alone, entered in the log, erased."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from facemetric.gallery import NewSample
from facemetric.service.engine import Engine
from facemetric.types import Face
from facemetric.vault import read_log
from layouts.kept import kept_portrait
from layouts.service import Served, served

MAIN = "/v1/galleries/main"
NOBODY = "00000000-0000-0000-0000-000000000000"
KEEP = {"keep_portraits": "true"}


@pytest.fixture(scope="module")
def keeping(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service whose operator allows portraits, with an audit log."""
    folder = tmp_path_factory.mktemp("keeping")
    with served(
        folder,
        engine,
        lambda settings: replace(settings, keep_portraits=True, audit=folder / "audit.jsonl"),
    ) as running:
        yield running


@pytest.fixture(autouse=True)
def empty(engine: Engine) -> Iterator[None]:
    yield
    gallery = engine.gallery("main")
    for person in gallery.people():
        gallery.remove(person.id, purge=False)


def enrol(service: Served, photo: Path, **options: Any) -> Any:
    files = [("photo", (photo.name, photo.read_bytes()))]
    data = {"name": "Barack"}
    return service.http.post(f"{MAIN}/people", files=files, data=data, params=options)


def kept(service: Served, photo: Path) -> str:
    """Enrol with a portrait; return its address."""
    document = enrol(service, photo, **KEEP).json()
    (sample,) = document["samples"]
    assert sample["has_portrait"]
    return f"{MAIN}/people/{document['person_id']}/samples/{sample['sample_id']}/portrait"


def test_a_portrait_is_shown_and_erased(keeping: Served, samples: dict[str, Path]) -> None:
    address = kept(keeping, samples["obama"])
    person, sample = address.removesuffix("/portrait").split("/samples/")
    shown = keeping.http.get(address)
    assert shown.status_code == 200 and shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    picture = cv2.imdecode(np.frombuffer(shown.content, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None and max(picture.shape) <= 400
    export = keeping.http.get(f"{person}/export").json()
    assert base64.b64decode(export["samples"][0]["portrait"]["base64"]) == shown.content
    assert keeping.http.get(MAIN).json()["portraits"] == 1
    assert keeping.http.get(f"{person}/samples").json()["samples"][0]["has_portrait"]
    gone = keeping.http.delete(address)
    assert (gone.status_code, gone.json()["purged"]) == (200, True)
    assert gone.json()["sample_id"] == sample
    for method in ("GET", "DELETE"):
        answer = keeping.http.request(method, address)
        assert (answer.status_code, answer.json()["code"]) == (404, "portrait")
    assert keeping.http.get(MAIN).json()["portraits"] == 0
    (still,) = keeping.http.get(f"{person}/samples").json()["samples"]
    assert (still["sample_id"], still["has_portrait"]) == (sample, False)


def test_the_log_tells_who_looked_and_shows_no_picture(
    keeping: Served, samples: dict[str, Path]
) -> None:
    address = kept(keeping, samples["obama"])
    person = address.split("/")[5]
    keeping.http.get(address)
    keeping.http.delete(address)
    keeping.http.get(address)  # there is none any more: nothing was read
    log = keeping.app.state.service.audit_log.path
    entries = [entry.event for entry in read_log(log) if entry.event.subject == person]
    assert [(one.action, dict(one.counts)) for one in entries] == [
        ("person.enrol", {"created": 1, "samples": 1, "portraits": 1}),
        ("portrait.read", {}),
        ("portrait.erase", {"purged": 1}),
    ]
    assert len({one.actor for one in entries}) == 1 and entries[0].actor


def test_nothing_is_kept_unless_asked(keeping: Served, samples: dict[str, Path]) -> None:
    document = enrol(keeping, samples["obama"]).json()
    (sample,) = document["samples"]
    assert not sample["has_portrait"]
    own = f"{MAIN}/people/{document['person_id']}/samples"
    answer = keeping.http.get(f"{own}/{sample['sample_id']}/portrait")
    assert (answer.status_code, answer.json()["code"]) == (404, "portrait")
    answer = keeping.http.get(f"{own}/{NOBODY}/portrait")
    assert (answer.status_code, answer.json()["code"]) == (404, "sample")
    answer = keeping.http.get(f"{MAIN}/people/{NOBODY}/samples/{sample['sample_id']}/portrait")
    assert (answer.status_code, answer.json()["code"]) == (404, "person")


def test_another_persons_portrait_is_not_there(keeping: Served, samples: dict[str, Path]) -> None:
    sample = kept(keeping, samples["obama"]).split("/")[7]
    files = [("photo", ("b.jpg", samples["biden"].read_bytes()))]
    other = keeping.http.post(f"{MAIN}/people", files=files, data={"name": "Joe"}).json()
    answer = keeping.http.get(f"{MAIN}/people/{other['person_id']}/samples/{sample}/portrait")
    assert (answer.status_code, answer.json()["code"]) == (404, "sample")


def test_further_photographs_may_have_one(keeping: Served, samples: dict[str, Path]) -> None:
    document = enrol(keeping, samples["obama"]).json()
    answer = keeping.http.post(
        f"{MAIN}/people/{document['person_id']}/samples",
        content=samples["obama2"].read_bytes(),
        headers={"Content-Type": "image/jpeg"},
        params=KEEP,
    )
    assert answer.status_code == 200 and answer.json()["samples"][0]["has_portrait"]


def test_a_service_that_keeps_none_says_so(
    service: Served, engine: Engine, samples: dict[str, Path]
) -> None:
    person = enrol(service, samples["obama"]).json()["person_id"]
    files = [("photo", ("o.jpg", samples["obama2"].read_bytes()))]
    for path in (f"{MAIN}/people", f"{MAIN}/people/{person}/samples"):
        answer = service.http.post(path, files=files, data={"name": "Barack"}, params=KEEP)
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (403, "portraits")
        assert problem["field"] == "keep_portraits" and "--keep-portraits" in problem["fix"]
    assert engine.gallery("main").person("Barack").samples == 1


def test_what_was_kept_before_is_shown_and_erased_where_none_is_kept_now(
    service: Served, keeping: Served, samples: dict[str, Path]
) -> None:
    address = kept(keeping, samples["obama"])
    assert service.http.get(address).status_code == 200
    assert service.http.delete(address).status_code == 200


def test_a_gallery_that_cannot_keep_them_says_so(
    keeping: Served, engine: Engine, samples: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(engine.gallery("main")), "keeps_portraits", False)
    answer = enrol(keeping, samples["obama"], **KEEP)
    assert (answer.status_code, answer.json()["code"]) == (422, "portraits")
    assert not engine.gallery("main").people()


@pytest.mark.parametrize("key", ["read", "enrol", "read+enrol", "other", "expired"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_only_an_admin_of_the_gallery_looks(
    keeping: Served, engine: Engine, samples: dict[str, Path], key: str, method: str
) -> None:
    face = Face(np.array([2, 4, 60, 90], np.float32), 0.9, np.arange(10.0).reshape(5, 2))
    gallery = engine.gallery("main")
    vector = np.eye(gallery.dim, dtype=np.float32)[0]
    sample = NewSample(vector, "a.jpg", face=face, portrait=kept_portrait(1))
    enrolment = gallery.enroll("Ada", [sample])
    address = (
        f"{MAIN}/people/{enrolment.person.id}/samples/{enrolment.receipts[0].sample_id}/portrait"
    )
    answer = keeping.http.request(method, address, headers=keeping.bearer(key))
    assert answer.status_code == (401 if key == "expired" else 403)
    assert kept_portrait(1).jpeg not in answer.content
    assert gallery.portrait(enrolment.receipts[0].sample_id) == kept_portrait(1)


def test_the_description_says_that_it_is_a_picture(service: Served) -> None:
    paths = service.http.get("/v1/openapi.json").json()["paths"]
    path = "/v1/galleries/{gallery}/people/{person_id}/samples/{sample_id}/portrait"
    shown = paths[path]["get"]
    assert list(shown["responses"]["200"]["content"]) == ["image/jpeg"]
    assert shown["x-scope"] == paths[path]["delete"]["x-scope"] == "admin"
    enrolling = paths["/v1/galleries/{gallery}/people"]["post"]
    assert "keep_portraits" in {one["name"] for one in enrolling["parameters"]}


def grouped(service: Served, samples: dict[str, Path], **options: Any) -> tuple[str, list[int]]:
    """Group three photographs; return the job and the faces of the largest group."""
    photos = [samples[name] for name in ("obama", "obama2", "biden")]
    files = [("photo", (one.name, one.read_bytes())) for one in photos]
    job = service.http.post("/v1/jobs/cluster", files=files, params=options).json()
    deadline = time.monotonic() + 300
    while job["state"] in ("waiting", "running") and time.monotonic() < deadline:
        time.sleep(0.02)
        job = service.http.get(f"/v1/jobs/{job['job_id']}").json()
    assert job["state"] == "done" and job["keep_portraits"] == bool(options)
    return job["job_id"], [face["number"] for face in job["result"]["groups"][0]["faces"]]


def enrol_group(service: Served, job: str, faces: list[int], **more: Any) -> Any:
    asked = {"job_id": job, "name": "Barack", "faces": faces, **more}
    return service.http.post(f"{MAIN}/people/from-job", json=asked)


def test_a_group_of_a_job_may_have_them(keeping: Served, samples: dict[str, Path]) -> None:
    job, faces = grouped(keeping, samples, **KEEP)
    without = enrol_group(keeping, job, faces[:1]).json()
    assert [one["has_portrait"] for one in without["samples"]] == [False]
    made = enrol_group(keeping, job, faces, keep_portraits=True).json()
    assert [one["has_portrait"] for one in made["samples"][1:]] == [True]
    person = f"{MAIN}/people/{made['person_id']}"
    shown = keeping.http.get(f"{person}/samples/{made['samples'][1]['sample_id']}/portrait")
    alone = enrol(keeping, samples["obama2"], **KEEP).json()  # the same face of the same photograph
    assert alone["samples"][0]["duplicate"]
    picture = cv2.imdecode(np.frombuffer(shown.content, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None and max(picture.shape) <= 400
    keeping.http.delete(f"/v1/jobs/{job}")


def test_a_job_whose_portraits_made_room_says_so(keeping: Served, samples: dict[str, Path]) -> None:
    job, faces = grouped(keeping, samples, **KEEP)
    keeping.app.state.service.jobs.get(job, None).forget_portraits()
    assert keeping.http.get(f"/v1/jobs/{job}").json()["keep_portraits"] is False
    refused = enrol_group(keeping, job, faces, keep_portraits=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "portraits")
    assert "to make room" in refused.json()["detail"]
    made = enrol_group(keeping, job, faces)
    assert [one["has_portrait"] for one in made.json()["samples"]] == [False, False]
    keeping.http.delete(f"/v1/jobs/{job}")


def test_a_job_without_them_has_none_to_enrol_with(
    keeping: Served, samples: dict[str, Path]
) -> None:
    job, faces = grouped(keeping, samples)
    refused = enrol_group(keeping, job, faces, keep_portraits=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "portraits")
    assert "again with keep_portraits" in refused.json()["fix"]
    keeping.http.delete(f"/v1/jobs/{job}")


def test_a_job_keeps_them_for_those_who_enrol(
    keeping: Served, service: Served, samples: dict[str, Path]
) -> None:
    files = [("photo", ("a.jpg", samples["obama"].read_bytes()))]
    refused = keeping.http.post(
        "/v1/jobs/cluster", files=files, params=KEEP, headers=keeping.bearer("read")
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "scope")
    not_allowed = service.http.post("/v1/jobs/cluster", files=files, params=KEEP)
    assert (not_allowed.status_code, not_allowed.json()["code"]) == (403, "portraits")
