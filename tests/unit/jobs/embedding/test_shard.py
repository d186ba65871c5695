"""One shard: its checks, and what differs between ways of doing it."""

from __future__ import annotations

from pathlib import Path

import pytest

from facemetric.bundle import open_bundle
from facemetric.errors import BundleError, IntegrityError, WorkerError
from facemetric.jobs.embedding.plan import Plan, make_plan
from facemetric.jobs.embedding.shard import Shard, ShardEmbedder
from facemetric.recognizer import Viewer
from facemetric.types import ItemError

BUNDLE = "dlib-resnet-v1"


def plan_of(names: tuple[str, ...]) -> Plan:
    return make_plan(
        names,
        open_bundle(BUNDLE),
        shard_photos=100,
        flip=False,
        encoding="f32",
        select="all",
        min_face_px=50,
    )


@pytest.fixture(scope="module")
def shard(portraits: Path) -> Shard:
    names = sorted(str(path.relative_to(portraits)) for path in portraits.rglob("*.*"))
    return Shard(7, tuple(names))


def test_one_by_one_gives_the_same_bits(shard: Shard, portraits: Path) -> None:
    embed = ShardEmbedder(plan_of(shard.names), bundle=BUNDLE, base=portraits)
    told: list[int] = []
    together = embed(shard, tell=told.append)
    alone = embed(shard, at_once=1)
    assert told == [0, 8, 10]
    assert together.faces.equals(alone.faces)
    assert together.photos.equals(alone.photos)


def test_what_is_passed_over_is_not_touched(shard: Shard, portraits: Path) -> None:
    embed = ShardEmbedder(plan_of(shard.names), bundle=BUNDLE, base=portraits)
    error = ItemError(shard.names[0], "worker", "it ended two workers")
    done = embed(shard, passed_over={0: error}).photos.to_pylist()
    assert [row["source"] for row in done] == list(shard.names)
    assert (done[0]["code"], done[0]["cause"]) == ("worker", "it ended two workers")
    assert done[1]["code"] is None


def test_the_smallest_face_is_the_plans(shard: Shard, portraits: Path) -> None:
    embed = ShardEmbedder(plan_of(shard.names), bundle=BUNDLE, base=portraits)
    seen = Viewer(BUNDLE, min_face_px=50, flip=False, threads=1).see(portraits / "b/five.jpg")
    rows = embed(Shard(0, ("b/five.jpg",))).faces.to_pylist()
    assert [row["box_xyxy_px"] for row in rows] == [
        face.face.box_xyxy_px.tolist() for face in seen.faces
    ]
    assert all(
        row["embedding"] == face.embedding.tolist()
        for row, face in zip(rows, seen.faces, strict=True)
    )


def test_a_machine_with_something_else_is_refused(portraits: Path) -> None:
    plan = plan_of(("a.jpg",))
    other = plan.model_copy(update={"bundle_sha256": "0" * 64})
    with pytest.raises(IntegrityError, match="Give every machine the same bundle"):
        ShardEmbedder(other, bundle=BUNDLE, base=portraits)
    older = plan.model_copy(update={"facemetric": "0.0.1"})
    with pytest.raises(WorkerError, match=r"the plan is of 0\.0\.1"):
        ShardEmbedder(older, bundle=BUNDLE, base=portraits)


def test_codes_of_a_bundle_without_them(portraits: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = open_bundle(BUNDLE)
    bundle.manifest = bundle.manifest.model_copy(update={"codes": None})
    monkeypatch.setattr("facemetric.jobs.embedding.shard.open_bundle", lambda name: bundle)
    plan = plan_of(("a.jpg",)).model_copy(update={"encoding": "u8"})
    with pytest.raises(BundleError, match="no one-byte codes"):
        ShardEmbedder(plan, bundle=BUNDLE, base=portraits)
