from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import facemetric.service.jobs as jobs_module
from facemetric.recognizer import EncodedPhoto
from facemetric.service import Limits
from facemetric.service.engine import Engine
from facemetric.wire import JobOut
from layouts.service import Served, served


def start(service: Served, photos: list[Path], **options: Any) -> JobOut:
    files = [("photo", (one.name, one.read_bytes())) for one in photos]
    answer = service.http.post("/v1/jobs/cluster", files=files, params=options)
    assert answer.status_code == 202, answer.text
    job = JobOut.model_validate(answer.json())
    assert answer.headers["location"] == f"/v1/jobs/{job.job_id}"
    return job


def ended(service: Served, job: JobOut) -> JobOut:
    deadline = time.monotonic() + 60
    while job.state in ("waiting", "running") and time.monotonic() < deadline:
        time.sleep(0.02)
        job = JobOut.model_validate(service.http.get(f"/v1/jobs/{job.job_id}").json())
    return job


def test_photographs_become_groups_and_a_group_a_person(
    service: Served, samples: dict[str, Path], no_face_photo: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    photos = [samples[name] for name in ("obama", "biden", "obama2")] + [no_face_photo, broken]
    job = ended(service, start(service, photos))
    assert (job.state, job.done, job.total) == ("done", 5, 5)
    assert job.result is not None
    assert [error.item for error in job.result.errors] == ["broken.jpg"]
    group, alone = job.result.groups
    assert [face.source for face in group.faces] == ["obama.jpg", "obama2.jpg"]
    assert alone.label == -1 and [face.source for face in alone.faces] == ["biden.jpg"]

    path = "/v1/galleries/main/people/from-job"
    asked = {"job_id": job.job_id, "name": "Barack", "faces": [one.number for one in group.faces]}
    answer = service.http.post(path, json=asked)
    assert answer.status_code == 201
    made = answer.json()
    assert [one["source"] for one in made["samples"]] == ["obama.jpg", "obama2.jpg"]
    assert service.http.post(path, json=asked).status_code == 200
    assert service.http.post(path, json={**asked, "faces": [99]}).status_code == 422
    service.http.delete(f"/v1/galleries/main/people/{made['person_id']}")

    assert service.http.delete(f"/v1/jobs/{job.job_id}").status_code == 200
    assert service.http.get(f"/v1/jobs/{job.job_id}").status_code == 404


def test_jobs_are_their_keys_own(service: Served, samples: dict[str, Path]) -> None:
    job = start(service, [samples["obama"]])
    ended(service, job)
    for name in ("read", "main"):
        headers = service.bearer(name)
        path = f"/v1/jobs/{job.job_id}"
        assert service.http.get(path, headers=headers).status_code == 404
        assert service.http.delete(path, headers=headers).status_code == 404
        assert service.http.get("/v1/jobs", headers=headers).json()["jobs"] == []
    assert [one["job_id"] for one in service.http.get("/v1/jobs").json()["jobs"]] == [job.job_id]
    service.http.delete(f"/v1/jobs/{job.job_id}")


@pytest.mark.parametrize(
    "options",
    [
        {"method": "no-such-method"},
        {"method": "k-means"},
        {"people": 2, "threshold": 0.9},
        {"far": 1e-8},
        {"people": 0},
    ],
)
def test_options_that_do_not_fit(
    service: Served, samples: dict[str, Path], options: dict[str, Any]
) -> None:
    files = [("photo", ("a.jpg", samples["obama"].read_bytes()))]
    answer = service.http.post("/v1/jobs/cluster", files=files, params=options)
    assert answer.status_code == 422


def test_a_job_whose_method_fails_says_so(service: Served, samples: dict[str, Path]) -> None:
    photos = [samples["obama"], samples["biden"]]
    job = ended(service, start(service, photos, people=1, method="dbscan"))
    assert job.state == "failed" and job.error is not None and job.error.cause
    service.http.delete(f"/v1/jobs/{job.job_id}")


def test_so_many_jobs_wait(engine: Engine, samples: dict[str, Path], tmp_path: Path) -> None:
    limits = Limits(jobs=2)
    with served(tmp_path, engine, lambda usual: replace(usual, limits=limits)) as service:
        photos = [samples["obama"]] * 6
        jobs = [start(service, photos), start(service, photos)]
        files = [("photo", ("a.jpg", samples["obama"].read_bytes()))]
        full = service.http.post("/v1/jobs/cluster", files=files)
        assert full.status_code == 429 and full.headers["retry-after"]
        service.http.delete(f"/v1/jobs/{jobs[1].job_id}")
        jobs[1] = start(service, photos[:1])
        service.http.delete(f"/v1/jobs/{jobs[0].job_id}")
        assert ended(service, jobs[1]).state == "done"
        # A third takes the place of the one that is done.
        start(service, photos)
        start(service, photos[:1])
        assert service.http.get(f"/v1/jobs/{jobs[1].job_id}").status_code == 404


def test_a_job_is_forgotten_also_where_nobody_asks(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "KEPT_S", 0.0)
    jobs = jobs_module.Jobs(engine, most=2, look_s=0.02)
    try:
        photos = [EncodedPhoto(b"no picture", "a")]
        jobs.add(photos, owner="k", method="auto", threshold=None, people=None)
        deadline = time.monotonic() + 30
        while jobs._jobs and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not jobs._jobs
    finally:
        jobs.close()
