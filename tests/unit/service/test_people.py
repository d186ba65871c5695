"""A person's life in a gallery."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from facemetric.errors import GalleryError
from facemetric.gallery import Gallery
from facemetric.service.engine import Engine
from facemetric.vault import read_log
from facemetric.wire import EnrollOut, IdentifyOut, PersonShowOut, SearchOut
from layouts.service import Served, served

MAIN = "/v1/galleries/main"
NOBODY = "00000000-0000-0000-0000-000000000000"
JPEG = {"Content-Type": "image/jpeg"}


@pytest.fixture(autouse=True)
def empty(service: Served) -> Iterator[None]:
    yield
    for person in service.http.get(f"{MAIN}/people").json()["people"]:
        service.http.delete(f"{MAIN}/people/{person['person_id']}")


def enrol(service: Served, photo: Path, name: str, **fields: str) -> EnrollOut:
    files = [("photo", (photo.name, photo.read_bytes()))]
    answer = service.http.post(f"{MAIN}/people", files=files, data={"name": name, **fields})
    assert answer.status_code in (200, 201), answer.text
    return EnrollOut.model_validate(answer.json())


def identify(service: Served, photo: Path, **options: Any) -> IdentifyOut:
    answer = service.http.post(
        f"{MAIN}/identify", content=photo.read_bytes(), headers=JPEG, params=options
    )
    assert answer.status_code == 200, answer.text
    return IdentifyOut.model_validate(answer.json())


def test_enrol_identify_erase(service: Served, samples: dict[str, Path]) -> None:
    made = enrol(service, samples["obama"], "Barack")
    assert made.created and not made.samples[0].duplicate
    (face,) = identify(service, samples["obama2"]).photos[0].faces
    assert (face.name, face.person_id) == ("Barack", made.person_id)
    assert face.odds is not None
    (stranger,) = identify(service, samples["biden"]).photos[0].faces
    assert stranger.name is None and stranger.candidates[0].name == "Barack"
    gone = service.http.delete(f"{MAIN}/people/{made.person_id}").json()
    assert (gone["samples"], gone["purged"]) == (1, True)
    (face,) = identify(service, samples["obama2"]).photos[0].faces
    assert face.name is None and not face.candidates


def test_enrolling_again_changes_nothing(service: Served, samples: dict[str, Path]) -> None:
    first = enrol(service, samples["obama"], "Barack")
    again = enrol(service, samples["obama"], "barack")
    assert again.person_id == first.person_id and not again.created
    assert again.samples[0].duplicate
    files = [("photo", ("o.jpg", samples["obama"].read_bytes()))]
    other = service.http.post(f"{MAIN}/people", files=files, data={"name": "Somebody else"})
    assert (other.status_code, other.json()["code"]) == (409, "person")


def test_a_key_that_only_enrols_learns_no_name(service: Served, samples: dict[str, Path]) -> None:
    mine = service.bearer("enrol")
    made = enrol(service, samples["obama"], "Barack")
    joe = enrol(service, samples["biden"], "Joe")
    photo = samples["obama"].read_bytes()
    files = [("photo", ("o.jpg", photo))]
    paths = (f"{MAIN}/people", f"{MAIN}/people/{joe.person_id}/samples")

    def asked(path: str, headers: dict[str, str], **params: str) -> Any:
        if path.endswith("samples"):
            sent: dict[str, Any] = {"content": photo, "headers": {**headers, **JPEG}}
        else:
            sent = {"files": files, "data": {"name": "Somebody"}, "headers": headers}
        return service.http.post(path, params=params, **sent)

    for path in paths:
        told = asked(path, service.bearer("read+enrol"))
        assert (told.status_code, "Barack" in told.text) == (409, True)
        untold = asked(path, mine)
        assert (untold.status_code, untold.json()["code"]) == (409, "person")
        assert "Barack" not in untold.text
        refused = asked(path, mine, conflicts="allow")
        assert (refused.status_code, refused.json()["code"]) == (403, "scope")
    renamed = f"{MAIN}/people/{joe.person_id}"
    taken = service.http.patch(renamed, json={"name": "BARACK"}, headers=mine)
    assert taken.status_code == 409 and "Barack" not in taken.text
    wrong = service.http.patch(renamed, json={"name": "a\u0007"}, headers=mine)
    assert wrong.status_code == 409 and "control character" in wrong.json()["detail"]
    # What it may know: that the name, and the photograph, were there.
    again = service.http.post(
        f"{MAIN}/people", files=files, data={"name": "barack"}, headers=mine
    ).json()
    assert (again["person_id"], again["created"]) == (made.person_id, False)
    assert again["samples"][0]["duplicate"] and again["samples"][0]["also_of"] == []
    for path in ("people", "groups", f"people/{made.person_id}", "events"):
        assert service.http.get(f"{MAIN}/{path}", headers=mine).status_code == 403


def test_some_photographs_serve(
    service: Served, samples: dict[str, Path], no_face_photo: Path
) -> None:
    files = [("photo", (one.name, one.read_bytes())) for one in (samples["obama"], no_face_photo)]
    answer = service.http.post(f"{MAIN}/people", files=files, data={"name": "Barack"})
    assert answer.status_code == 201
    document = EnrollOut.model_validate(answer.json())
    assert len(document.samples) == 1
    assert [error.code for error in document.errors] == ["no_face"]
    answer = service.http.post(f"{MAIN}/people", files=files[1:], data={"name": "Nobody"})
    assert (answer.status_code, answer.json()["code"]) == (422, "no_face")
    assert service.http.get(f"{MAIN}/people").json()["total"] == 1


def test_terms_and_changes(service: Served, samples: dict[str, Path]) -> None:
    made = enrol(
        service,
        samples["obama"],
        "Barack",
        groups="staff, vip",
        consent_basis="consent",
        consent_text="signed the form",
        keep_until="2999-01-01T00:00:00Z",
    )
    path = f"{MAIN}/people/{made.person_id}"
    shown = PersonShowOut.model_validate(service.http.get(path).json())
    assert shown.person.groups == ("staff", "vip")
    assert shown.person.consent == "signed the form"
    changed = service.http.patch(path, json={"name": "B. Obama", "keep_until": None}).json()
    assert changed["person"]["name"] == "B. Obama"
    assert changed["person"]["keep_until"] is None
    assert changed["person"]["consent"] == "signed the form"
    assert service.http.patch(path, json={"groups": []}).json()["person"]["groups"] == []
    assert service.http.patch(path, json={"name": " \u0007"}).status_code == 409
    assert service.http.patch(path, json={"id": NOBODY}).status_code == 422


def test_a_change_that_is_refused_changes_nothing(
    service: Served, samples: dict[str, Path]
) -> None:
    path = f"{MAIN}/people/{enrol(service, samples['obama'], 'Barack').person_id}"
    before = service.http.get(path).json()["person"]
    for wrong in (
        {"name": "Joe", "groups": ["a\u0007"]},
        {"name": "Joe", "groups": [" "]},
        {"name": "a\u0007", "groups": ["staff"], "keep_until": "2999-01-01T00:00:00Z"},
    ):
        assert service.http.patch(path, json=wrong).status_code in (409, 422)
        assert service.http.get(path).json()["person"] == before


def test_a_group_alone_is_searched(service: Served, samples: dict[str, Path]) -> None:
    enrol(service, samples["obama"], "Barack", groups="guests")
    enrol(service, samples["biden"], "Joe", groups="staff")
    assert service.http.get(f"{MAIN}/groups").json()["groups"] == {"guests": 1, "staff": 1}
    (face,) = identify(service, samples["obama2"], groups="staff").photos[0].faces
    assert face.name is None and [one.name for one in face.candidates] == ["Joe"]
    (face,) = identify(service, samples["obama2"], groups=["staff", "guests"]).photos[0].faces
    assert face.name == "Barack"


def test_merge_and_samples(service: Served, samples: dict[str, Path]) -> None:
    one = enrol(service, samples["obama"], "Barack")
    two = enrol(service, samples["obama2"], "Obama")
    path = f"{MAIN}/people/{one.person_id}"
    answer = service.http.post(f"{path}/merge", json={"other": two.person_id})
    assert answer.json()["person"]["samples"] == 2
    assert service.http.get(f"{MAIN}/people/{two.person_id}").status_code == 404
    assert service.http.post(f"{path}/merge", json={"other": NOBODY}).status_code == 404
    listed = service.http.get(f"{path}/samples").json()["samples"]
    assert len(listed) == 2
    more = service.http.post(
        f"{path}/samples", content=samples["obama3"].read_bytes(), headers=JPEG
    )
    assert more.status_code == 200
    sample = f"{path}/samples/{listed[0]['sample_id']}"
    assert service.http.delete(sample).json()["purged"] is True
    assert service.http.delete(sample).status_code == 404
    assert len(service.http.get(f"{path}/samples").json()["samples"]) == 2


def test_pages(service: Served, samples: dict[str, Path]) -> None:
    for name, photo in (("Ann", "obama"), ("Bo", "biden"), ("Anna", "grace_hopper")):
        enrol(service, samples[photo], name)
    page = service.http.get(f"{MAIN}/people", params={"limit": 2}).json()
    assert [one["name"] for one in page["people"]] == ["Ann", "Anna"] and page["total"] == 3
    rest = service.http.get(f"{MAIN}/people", params={"after": page["next"]}).json()
    assert [one["name"] for one in rest["people"]] == ["Bo"] and rest["next"] is None
    found = service.http.post(f"{MAIN}/people/find", json={"name": "ANN"}).json()
    assert [one["name"] for one in found["people"]] == ["Ann", "Anna"]
    # The last of a page may be gone when the page behind is asked for.
    service.http.delete(f"{MAIN}/people/{page['people'][1]['person_id']}")
    rest = service.http.get(f"{MAIN}/people", params={"after": page["next"]}).json()
    assert [one["name"] for one in rest["people"]] == ["Bo"]


def test_a_cursor_tells_no_name_and_is_for_one_key_and_gallery(
    service: Served, samples: dict[str, Path]
) -> None:
    for name, photo in (("Ann", "obama"), ("Bo", "biden")):
        enrol(service, samples[photo], name)
    read = service.bearer("read")
    cursor = service.http.get(f"{MAIN}/people", params={"limit": 1}, headers=read).json()["next"]
    held = base64.b64decode(cursor, altchars=b"-_")
    assert b"ann" not in held.lower() and b"ann" not in cursor.encode().lower()

    def after(cursor: str, headers: dict[str, str] = read, path: str = MAIN) -> tuple[int, Any]:
        answer = service.http.post(f"{path}/people/find", json={"after": cursor}, headers=headers)
        return answer.status_code, answer.json()

    status, page = after(cursor)
    assert (status, [one["name"] for one in page["people"]]) == (200, ["Bo"])
    changed = cursor[:20] + ("A" if cursor[20] != "A" else "B") + cursor[21:]
    for wrong in (
        after(cursor, service.bearer("admin")),
        after(cursor, path="/v1/galleries/other"),
        after(changed),
        after(NOBODY),
        after("x"),
        after("é" * 40),
    ):
        assert (wrong[0], wrong[1]["code"], wrong[1]["field"]) == (422, "cursor", "after")
    for text in ("a\x00", "a\x1f"):
        answer = service.http.post(f"{MAIN}/people/find", json={"name": text})
        assert (answer.status_code, answer.json()["code"]) == (422, "input")


def test_search_by_embedding(service: Served, samples: dict[str, Path]) -> None:
    made = enrol(service, samples["obama"], "Barack")
    embedded = service.http.post(
        "/v1/embed", content=samples["obama2"].read_bytes(), headers=JPEG
    ).json()
    vector = embedded["photos"][0]["faces"][0]["embedding"]
    answer = service.http.post(f"{MAIN}/search", json={"embeddings": [vector, vector[::-1]]})
    document = SearchOut.model_validate(answer.json())
    assert [one.person_id for one in document.answers] == [made.person_id, None]
    for wrong in ([[1.0, 0.0]], [[0.5] * 128], [[float(np.sqrt(2))] * 128]):
        assert service.http.post(f"{MAIN}/search", json={"embeddings": wrong}).status_code == 422


@pytest.mark.parametrize(
    "path", [NOBODY, f"{NOBODY}/samples", f"{NOBODY}/samples/{NOBODY}", "Barack", "..%2fmain"]
)
def test_nobody(service: Served, path: str) -> None:
    for method in ("GET", "DELETE"):
        answer = service.http.request(method, f"{MAIN}/people/{path}")
        assert answer.status_code in (404, 405, 422)
        assert answer.json()["code"]


def test_a_time_that_has_passed(service: Served, samples: dict[str, Path]) -> None:
    files = [("photo", ("o.jpg", samples["obama"].read_bytes()))]
    past = datetime(2001, 1, 1, tzinfo=UTC).isoformat()
    data = {"name": "Barack", "keep_until": past}
    assert service.http.post(f"{MAIN}/people", files=files, data=data).status_code == 422


@pytest.fixture
def unpurgeable(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Gallery:
    """A gallery whose file cannot be written anew."""

    def purge() -> bool:
        raise GalleryError("the disk went away", item="main.db")

    gallery = engine.gallery("main")
    monkeypatch.setattr(gallery, "purge", purge)
    return gallery


def entered(log: Path, *subjects: str) -> list[tuple[str, dict[str, int]]]:
    events = [entry.event for entry in read_log(log)]
    return [(one.action, dict(one.counts)) for one in events if one.subject in subjects]


def test_changes_wait_for_no_purge_and_erasing_is_entered_where_it_fails(
    engine: Engine,
    unpurgeable: Gallery,
    samples: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = tmp_path / "audit.jsonl"
    with served(
        tmp_path, engine, lambda usual: replace(usual, audit=log, keep_portraits=True)
    ) as service:
        files = [("photo", (name, samples[name].read_bytes())) for name in ("obama", "obama2")]
        made = service.http.post(
            f"{MAIN}/people", files=files, data={"name": "Ada"}, params={"keep_portraits": "true"}
        ).json()
        joe = enrol(service, samples["biden"], "Joe").person_id
        ada, (first, second) = made["person_id"], made["samples"]
        path = f"{MAIN}/people/{ada}"
        renamed = service.http.patch(path, json={"name": "Ada L"}).json()
        assert (renamed["person"]["name"], renamed["purged"]) == ("Ada L", False)
        assert service.http.patch(path, json={"name": "Ada L"}).json()["purged"] is None
        merged = service.http.post(f"{path}/merge", json={"other": joe}).json()
        assert (merged["person"]["samples"], merged["purged"]) == (3, False)
        assert service.http.patch(path, json={}).status_code == 200
        assert entered(log, ada, joe)[2:] == [
            ("person.edit", {}),
            ("person.edit", {}),
            ("person.merge", {"samples": 1}),
        ]
        own = f"{path}/samples/{first['sample_id']}"
        for address in (f"{own}/portrait", own, path):
            assert service.http.delete(address).status_code == 500
        assert entered(log, ada, first["sample_id"])[3:] == [
            ("portrait.erase", {"purged": 0}),
            ("sample.erase", {"purged": 0}),
            ("person.erase.begin", {}),
            ("person.erase", {"samples": 2, "portraits": 1, "purged": 0, "request": 1}),
        ]
    assert second["has_portrait"] and ada not in unpurgeable
    monkeypatch.undo()
    assert any("until a purge" in problem for problem in unpurgeable.check())
    assert unpurgeable.purge() and unpurgeable.check() == []


def test_a_change_that_stops_in_the_middle_is_entered(
    engine: Engine, samples: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def set_groups(person: str, groups: object) -> None:
        raise GalleryError("the disk went away", item="main.db")

    monkeypatch.setattr(engine.gallery("main"), "set_groups", set_groups)
    log = tmp_path / "audit.jsonl"
    with served(tmp_path, engine, lambda usual: replace(usual, audit=log)) as service:
        ada = enrol(service, samples["obama"], "Ada").person_id
        path = f"{MAIN}/people/{ada}"
        assert service.http.patch(path, json={"groups": ["staff"]}).status_code == 500
        assert len(entered(log, ada)) == 1  # nothing was changed
        asked = {"name": "Ada L", "groups": ["staff"]}
        assert service.http.patch(path, json=asked).status_code == 500
        assert service.http.get(path).json()["person"]["name"] == "Ada L"
        assert entered(log, ada)[1:] == [("person.edit", {})]
