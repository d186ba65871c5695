from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import facemetric.service.jobs as jobs_module
from facemetric.errors import InputError
from facemetric.gallery import NewSample
from facemetric.recognizer import EncodedPhoto
from facemetric.service import Limits
from facemetric.service.clustering import ClusteredFace, Clustering
from facemetric.service.clustering import clustered as real_clustered
from facemetric.service.engine import Engine
from facemetric.service.job import Job
from facemetric.service.problem import Problem
from facemetric.types import Face
from facemetric.wire import JobOut
from layouts.kept import kept_portrait
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


Add = Callable[[str], Job]
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

    def add(owner: str) -> Job:
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


def done(add: Add, owner: str) -> Job:
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
        with pytest.raises(Problem, match="jobs that wait or run hold 200 bytes, this one has 100"):
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


@pytest.mark.parametrize("name", ["waiting_bytes", "key_waiting_bytes"])
def test_the_largest_job_has_room(name: str) -> None:
    with pytest.raises(InputError, match=f"{name}: expected room for the largest job, 300"):
        Limits(**{"job_body_bytes": 300, name: 299})


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


@contextmanager
def keeping(monkeypatch: pytest.MonkeyPatch, **limits: int) -> Iterator[Callable[..., Job]]:
    """What adds jobs with one face each, whose portrait counts as the photograph does."""
    face = Face(np.array([2, 4, 60, 90], np.float32), 0.9, np.arange(10.0).reshape(5, 2))
    vector = np.eye(1, 8, dtype=np.float32)[0]
    sample = NewSample(vector, "a.jpg", face=face, portrait=kept_portrait(1))

    def clustered(engine: object, photos: deque[EncodedPhoto], **options: Any) -> Clustering:
        options["hold"](len(photos.popleft().data))
        return Clustering((ClusteredFace(sample, (), -1),), (), "auto", None)

    monkeypatch.setattr(jobs_module, "clustered", clustered)
    jobs = jobs_module.Jobs(None, most=9, **limits)  # type: ignore[arg-type]

    def add(owner: str, size: int, *, wait: bool = True) -> Job:
        photos = [EncodedPhoto(b"x" * size, "a")]
        job = jobs.add(
            photos, owner=owner, method="auto", threshold=None, people=None, keep_portraits=True
        )
        until(lambda: job.ended or not wait)
        return job

    try:
        yield add
    finally:
        jobs.close()


def portraits(job: Job) -> bool:
    """Whether a job has them, whichever way it is asked."""
    assert job.state == "done" and job.result is not None
    (face,) = job.result.faces
    has = face.sample.portrait is not None
    assert (has, has) == (job.keep_portraits, job.portrait_bytes > 0)
    if has:
        job.check_portraits()
    else:
        with pytest.raises(Problem, match="let go, to make room") as refused:
            job.check_portraits()
        assert refused.value.status == 409 and "again with keep_portraits" in str(refused.value.fix)
    return has


def test_portraits_of_who_holds_most_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    with keeping(monkeypatch, most_bytes=1000, most_bytes_of_key=600) as add:
        jobs = [add("b", 300), add("a", 200), add("a", 250)]
        assert [portraits(one) for one in jobs] == [True, True, True]
        jobs.append(add("c", 260))  # 10 too many; a holds most, and loses the older
        assert [portraits(one) for one in jobs] == [True, False, True, True]
        jobs.append(add("a", 400))  # all would have room: but this is more than a's share
        assert [portraits(one) for one in jobs] == [True, False, False, True, True]
        assert portraits(add("a", 600)) and not portraits(jobs[-1])
        with pytest.raises(Problem, match="hold 0 bytes, this one has 601, and 600 is the most"):
            add("a", 601)


def test_what_others_send_makes_no_job_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    running, go = threading.Event(), threading.Event()
    so_far = deque([600, 0, 0, 0])  # with the first one's, more than all may hold

    with keeping(monkeypatch, most_bytes=1000, most_bytes_of_key=600) as add:
        real = jobs_module.clustered

        def clustered(*arguments: Any, **options: Any) -> Clustering:
            running.set()
            go.wait(120)
            options["hold"](so_far.popleft())
            return real(*arguments, **options)

        monkeypatch.setattr(jobs_module, "clustered", clustered)
        first = add("a", 300, wait=False)
        running.wait(120)
        others = [add("b", 400, wait=False), add("c", 300, wait=False)]
        with pytest.raises(Problem, match="jobs that wait or run hold 1,000 bytes") as refused:
            add("d", 1)
        assert "Wait for one of them to end" in str(refused.value.fix)
        with pytest.raises(Problem, match="jobs of this key that wait or run hold 400 bytes"):
            add("b", 201)
        go.set()
        until(lambda: all(one.ended for one in others))
        assert [portraits(one) for one in (first, *others)] == [True, True, True]
        assert portraits(add("d", 1)) and not portraits(others[0])
