from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import facemetric.service.jobs as jobs_module
from facemetric.recognizer import EncodedPhoto
from facemetric.service import Limits
from facemetric.service.clustering import Clustering
from facemetric.service.clustering import clustered as real_clustered
from facemetric.service.engine import Engine
from facemetric.service.problem import Problem
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
    deadline = time.monotonic() + 300
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


Add = Callable[[str], jobs_module.Job]
Work = Callable[[deque[EncodedPhoto]], None]


@contextmanager
def working(
    monkeypatch: pytest.MonkeyPatch, work: Work, **limits: int
) -> Iterator[tuple[jobs_module.Jobs, Add]]:
    """Jobs whose clustering is ``work``."""

    def clustered(engine: object, photos: deque[EncodedPhoto], **options: Any) -> Clustering:
        work(photos)
        return Clustering((), (), "auto", None)

    monkeypatch.setattr(jobs_module, "clustered", clustered)
    jobs = jobs_module.Jobs(None, **limits)  # type: ignore[arg-type]

    def add(owner: str) -> jobs_module.Job:
        photos = [EncodedPhoto(b"x" * 100, "a")]
        return jobs.add(photos, owner=owner, method="auto", threshold=None, people=None)

    try:
        yield jobs, add
    finally:
        jobs.close()


def waiting(go: threading.Event) -> Work:
    def work(photos: deque[EncodedPhoto]) -> None:
        go.wait(120)

    return work


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not true() and time.monotonic() < deadline:
        time.sleep(0.005)
    assert true()


def done(add: Add, owner: str) -> jobs_module.Job:
    job = add(owner)
    until(lambda: job.state == "done")
    return job


def test_nobody_pushes_out_anothers_results(monkeypatch: pytest.MonkeyPatch) -> None:
    with working(monkeypatch, lambda photos: None, most=6, most_of_key=4) as (jobs, add):
        of_a = [done(add, "a"), done(add, "a")]
        of_b = [done(add, "b") for _ in range(9)]
        assert jobs.of("a") == of_a and jobs.of("b") == of_b[-4:]
        # The place of the one that comes is that of whoever has the most.
        of_c = [done(add, "c")]
        assert (jobs.of("a"), jobs.of("b"), jobs.of("c")) == (of_a, of_b[-3:], of_c)
        of_c.append(done(add, "c"))
        assert (jobs.of("a"), jobs.of("b"), jobs.of("c")) == (of_a, of_b[-2:], of_c)
        of_c.append(done(add, "c"))
        assert (jobs.of("a"), jobs.of("b"), jobs.of("c")) == (of_a, of_b[-2:], of_c[-2:])


def test_one_key_does_not_take_all_places(monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    with working(monkeypatch, waiting(go), most=4, most_of_key=2) as (_, add):
        first, _ = add("a"), add("a")
        with pytest.raises(Problem, match="2 jobs of this key are waiting or running"):
            add("a")
        add("b"), add("b")
        with pytest.raises(Problem, match="4 jobs are waiting or running"):
            add("c")
        go.set()
        until(lambda: first.ended)
        assert add("c").owner == "c"


def test_photographs_that_wait_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    with working(monkeypatch, waiting(go), most=9, most_bytes=250) as (jobs, add):
        add("a"), add("b")
        with pytest.raises(Problem, match="200 bytes are held for jobs"):
            add("c")
        go.set()
        until(lambda: all(one.ended for one in jobs.of(None)))
        add("c")


def test_who_cancels_a_job_has_cancelled_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the job is doing at that moment, and whatever comes of it."""
    begun: list[str] = []
    running, go = threading.Event(), threading.Event()

    def work(photos: deque[EncodedPhoto]) -> None:
        begun.append("once")
        running.set()
        go.wait(120)
        raise IndexError("pop from an empty deque")

    with working(monkeypatch, work, most=9) as (jobs, add):
        first, second = add("a"), add("a")
        running.wait(120)
        jobs.cancel(first)
        jobs.cancel(second)
        go.set()
        until(lambda: jobs._queue.empty())
    assert begun == ["once"]
    for job in (first, second):
        assert (job.state, job.error, job.result) == ("cancelled", None, None)


def test_photographs_that_go_while_they_are_taken(engine: Engine) -> None:
    class Cleared(deque[EncodedPhoto]):
        def popleft(self) -> EncodedPhoto:
            self.clear()  # by who cancels, between the look and the taking
            return super().popleft()

    photos = Cleared([EncodedPhoto(b"no picture", "a")])
    counted: list[int] = []
    result = real_clustered(
        engine,
        photos,
        method="auto",
        threshold=None,
        people=None,
        portraits=False,
        count=counted.append,
        hold=counted.append,
    )
    assert not result.faces and not result.errors and counted == [0]


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
        deadline = time.monotonic() + 300
        while jobs._jobs and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not jobs._jobs
    finally:
        jobs.close()


def test_portraits_count_against_what_jobs_may_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    def clustered(engine: object, photos: deque[EncodedPhoto], **options: Any) -> Clustering:
        assert options["portraits"]
        options["hold"](900)
        photos.clear()
        options["hold"](1001)
        return Clustering((), (), "auto", None)

    monkeypatch.setattr(jobs_module, "clustered", clustered)
    jobs = jobs_module.Jobs(None, most=3, most_bytes=1000)  # type: ignore[arg-type]
    try:
        job = jobs.add(
            [EncodedPhoto(b"x" * 100, "a")],
            owner="me",
            method="auto",
            threshold=None,
            people=None,
            keep_portraits=True,
        )
        until(lambda: job.ended)
    finally:
        jobs.close()
    assert job.state == "failed" and job.error is not None and job.held_bytes == 0
    assert "1,001 bytes" in job.error.cause and "fewer photographs" in (job.error.fix or "")
