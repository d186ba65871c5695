from __future__ import annotations

import inspect
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from facemetric.client import AsyncClient, AsyncGalleryClient, Client, GalleryClient
from facemetric.client.call import files_of
from facemetric.errors import (
    AccessError,
    BusyError,
    CalibrationError,
    DecodeError,
    NoFaceError,
    PersonError,
    ServiceError,
)
from facemetric.wire import ProblemOut, WhoAmIOut, to_json
from facemetric.wire.requests import ConsentIn, PersonIn
from layouts.service import Served


def test_a_life_in_a_gallery(client: Client, samples: dict[str, Path]) -> None:
    main = client.gallery("main")
    made = main.enrol(
        "Barack",
        [samples["obama"], ("portrait.jpg", samples["obama2"].read_bytes())],
        groups=["staff"],
        consent=ConsentIn(basis="consent", text="signed"),
        keep_until=datetime(2999, 1, 1, tzinfo=UTC),
    )
    assert made.created and made.person_id is not None
    assert [one.source for one in made.samples] == ["obama.jpg", "portrait.jpg"]
    (face,) = main.identify([samples["obama3"]], groups=["staff", "guests"]).photos[0].faces
    assert face.name == "Barack"
    embedded = client.embed([samples["obama3"].read_bytes()], select="largest")
    (found,) = main.search([embedded.photos[0].faces[0].embedding]).answers
    assert found.person_id == made.person_id
    person = main.person(made.person_id).person
    assert (person.groups, person.consent) == (("staff",), "signed")
    changed = main.change(made.person_id, PersonIn(name="B. Obama", consent=None)).person
    assert (changed.name, changed.consent, changed.keep_until) == (
        "B. Obama",
        None,
        "2999-01-01T00:00:00+00:00",
    )
    joe = main.enrol("Joe", [samples["biden"]])
    assert joe.person_id is not None
    assert [one.name for one in main.people()] == ["B. Obama", "Joe"]
    assert [one.name for one in main.people(group="staff")] == ["B. Obama"]
    assert main.groups().groups == {"staff": 1}
    assert main.show().samples == 3 and len(client.galleries().galleries) == 2
    main.add_photos(joe.person_id, [samples["obama_partial_face2"]], select="largest")
    (first, _) = main.samples(joe.person_id).samples
    assert main.export(joe.person_id).samples[0].sample_id == first.sample_id
    assert main.erase_sample(joe.person_id, first.sample_id).purged
    assert main.merge(made.person_id, joe.person_id).person.samples == 3
    assert main.erase(made.person_id).purged
    assert main.show().people == 0


def test_a_portrait_is_kept_shown_and_erased(client: Client, samples: dict[str, Path]) -> None:
    main = client.gallery("main")
    made = main.enrol("Barack", [samples["obama"]], keep_portraits=True)
    assert made.person_id is not None and made.samples[0].has_portrait
    more = main.add_photos(made.person_id, [samples["obama2"]], keep_portraits=True)
    assert more.samples[0].has_portrait and main.show().portraits == 2
    where = (made.person_id, made.samples[0].sample_id)
    picture = main.portrait(*where)
    assert picture.startswith(b"\xff\xd8\xff") and picture.endswith(b"\xff\xd9")
    assert main.erase_portrait(*where).purged
    with pytest.raises(ServiceError, match="no portrait is kept"):
        main.portrait(*where)
    assert [one.has_portrait for one in main.samples(made.person_id).samples] == [False, True]
    main.erase(made.person_id)


def test_two_photographs(client: Client, samples: dict[str, Path]) -> None:
    assert client.compare(samples["obama"], samples["obama2"]).same
    assert not client.compare(samples["obama"], samples["biden"], far=1e-4).same
    assert len(client.detect([samples["obama"], samples["biden"]]).photos) == 2


def test_groups_in_the_background(client: Client, samples: dict[str, Path]) -> None:
    photos = [samples[name] for name in ("obama", "obama2", "biden")]
    job = client.wait(client.cluster(photos, keep_portraits=True), every_s=0.05)
    assert job.state == "done" and job.result is not None and job.keep_portraits
    assert client.jobs().jobs[0].result is None
    numbers = [face.number for face in job.result.groups[0].faces]
    main = client.gallery("main")
    made = main.enrol_group("Barack", job.job_id, numbers, keep_portraits=True)
    assert made.person_id is not None
    assert [sample.has_portrait for sample in made.samples] == [True, True]
    client.gallery("main").erase(made.person_id)
    client.cancel(job.job_id)
    with pytest.raises(ServiceError, match="no such job"):
        client.job(job.job_id)


def test_the_service_itself(client: Client) -> None:
    assert client.ready().state == "ok"
    assert client.whoami().key.scopes == ("admin",)
    assert client.bundle().model.id == "dlib-resnet-v1"
    assert client.service().requests > 0
    made = client.new_key("door", ["read"], galleries=["main"], per_minute=5)
    assert client.rotate_key(made.key.key_id).secret != made.secret
    assert client.revoke_key(made.key.key_id).keys[0].revoked
    assert len(client.keys().keys) > 5
    with pytest.raises(ServiceError, match="no audit log"):
        client.audit()


def test_errors_are_the_librarys(
    client: Client, samples: dict[str, Path], no_face_photo: Path
) -> None:
    with pytest.raises(NoFaceError) as caught:
        client.compare(samples["obama"], no_face_photo)
    assert caught.value.item == no_face_photo.name and caught.value.fix
    with pytest.raises(DecodeError):
        client.detect([b"no picture"])
    with pytest.raises(CalibrationError):
        client.compare(samples["obama"], samples["biden"], far=1e-8)
    nobody = "00000000-0000-0000-0000-000000000000"
    with pytest.raises(PersonError):
        client.gallery("main").person(nobody)
    with pytest.raises(FileNotFoundError):
        client.detect(["no-such-file.jpg"])


def test_a_key_that_may_not(service: Served, address: str) -> None:
    reading = Client(address, service.secrets["read"])
    with reading, pytest.raises(AccessError, match="scope"):
        reading.keys()
    with Client(address, "fmk_wrong") as wrong, pytest.raises(AccessError):
        wrong.whoami()


def busy(times: int, *, status: int = 429) -> tuple[httpx.MockTransport, list[str]]:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if len(asked) > times:
            return httpx.Response(200, json={"schema": "facemetric.health/1", "state": "ok"})
        problem = ProblemOut(type="x", title="x", status=status, detail="full", code="busy")
        return httpx.Response(status, text=to_json(problem), headers={"Retry-After": "7"})

    return httpx.MockTransport(answer), asked


def test_it_comes_back_when_it_is_told_to() -> None:
    transport, asked = busy(2)
    slept: list[float] = []
    with Client("http://faces", "k", transport=transport, sleep=slept.append) as client:
        assert client.ready().state == "ok"
    assert slept == [7.0, 7.0] and len(asked) == 3
    transport, asked = busy(9)
    client = Client("http://faces", "k", transport=transport, sleep=slept.append)
    with client, pytest.raises(BusyError) as caught:
        client.ready()
    assert caught.value.retry_after_s == 7.0 and len(asked) == 3


def test_a_late_answer_is_not_asked_for_again() -> None:
    transport, asked = busy(9, status=504)
    with Client("http://faces", "k", transport=transport) as client, pytest.raises(BusyError):
        client.ready()
    assert len(asked) == 1


@pytest.mark.parametrize(("safe", "times"), [(True, 3), (False, 1)])
def test_what_may_have_arrived_is_sent_again_where_that_is_safe(safe: bool, times: int) -> None:
    asked = 0

    def broken(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        raise httpx.ReadError("gone")

    options = {"transport": httpx.MockTransport(broken), "sleep": lambda seconds: None}
    client = Client("http://faces", "k", **options)  # type: ignore[arg-type]
    with client, pytest.raises(ServiceError, match="cannot be reached"):
        client.whoami() if safe else client.gallery("main").erase("x")
    assert asked == times


@pytest.mark.parametrize("body", ["<html>", '{"schema": "facemetric.whoami/9"}', ""])
def test_another_servers_answer(body: str) -> None:
    for status in (200, 502):
        answer = httpx.Response(status, text=body)
        client = Client("http://f", "k", transport=httpx.MockTransport(lambda _, it=answer: it))
        with client, pytest.raises(ServiceError):
            client.whoami()


def test_photographs_in_every_form(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"x")
    assert files_of([path, str(path), b"y", ("z.png", b"z")]) == [
        ("photo", ("a.jpg", b"x")),
        ("photo", ("a.jpg", b"x")),
        ("photo", ("photo 2", b"y")),
        ("photo", ("z.png", b"z")),
    ]


@pytest.mark.parametrize(
    ("plain", "waiting"), [(Client, AsyncClient), (GalleryClient, AsyncGalleryClient)]
)
def test_both_clients_offer_the_same(plain: type, waiting: type) -> None:
    def offered(kind: type) -> dict[str, list[str]]:
        return {
            name: [*inspect.signature(one).parameters]
            for name, one in vars(kind).items()
            if callable(one) and not name.startswith("__")
        }

    assert offered(plain) == offered(waiting)
    assert len(offered(plain)) > 10


def test_the_wire_survives(client: Client) -> None:
    answer = client.whoami()
    assert WhoAmIOut.model_validate_json(to_json(answer)) == answer
