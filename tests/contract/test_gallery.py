"""What every gallery backend must do, whatever it stores in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from facemetric.errors import (
    BundleMismatchError,
    GalleryError,
    InputError,
    PersonError,
    UnknownNameError,
)
from facemetric.gallery import (
    BACKENDS,
    EXACT,
    Consent,
    Enrolment,
    Gallery,
    ListPlace,
    MilvusGallery,
    NewSample,
    SearchIndex,
    SqliteGallery,
)
from facemetric.types import ChipQuality, Face, ItemError
from facemetric.vault import MasterKey
from layouts.postgres import postgres_address

# How a test makes the address of a fresh gallery, for every backend there is, in every layout.
ADDRESSES: dict[str, Callable[[Path], str]] = {
    "sqlite": lambda folder: f"sqlite://{folder / 'gallery.db'}",
    "sqlite encrypted": lambda folder: f"sqlite://{folder / 'sealed.db'}",
    "milvus": lambda folder: f"milvus://{folder / 'gallery-milvus.db'}",
    "postgresql": lambda folder: postgres_address(),
}
OPTIONS = {"sqlite encrypted": {"key": MasterKey(bytes(range(32)))}}
DIM = 16

Reopen = Callable[..., Gallery]


def unit(count: int, seed: int = 0) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(count, DIM))
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(params=sorted(ADDRESSES))
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Reopen:
    """Open the gallery of a test, as often as it likes."""
    options = OPTIONS.get(request.param, {})
    return partial(Gallery.open, ADDRESSES[request.param](tmp_path), **options)


@pytest.fixture
def gallery(reopen: Reopen) -> Iterator[Gallery]:
    with reopen(bundle="net-v1", dim=DIM) as opened:
        yield opened


def test_there_are_backends() -> None:
    assert "sqlite" in BACKENDS
    layouts = {name.partition(" ")[0] for name in ADDRESSES}
    assert layouts == set(BACKENDS), "add the address of the new backend to this test"


def test_an_unknown_backend_is_named() -> None:
    with pytest.raises(UnknownNameError, match=r"sqlit: no such gallery backend\. Did you mean"):
        Gallery.open("sqlit://somewhere")


def test_what_was_enrolled_is_found_and_outlives_the_process(reopen: Reopen) -> None:
    vectors = unit(20)
    with reopen(bundle="net-v1", dim=DIM) as gallery:
        identity = gallery.id
        for number, vector in enumerate(vectors):
            answer = gallery.enroll(f"Person {number}", [NewSample(vector, f"{number}.jpg")])
            assert answer.created and answer.added == 1
    with reopen() as gallery:
        assert (gallery.id, gallery.bundle, gallery.dim) == (identity, "net-v1", DIM)
        assert len(gallery) == gallery.stats().samples == 20
        np.testing.assert_array_equal(gallery.vectors().embeddings, vectors)
        answers = gallery.search(vectors, 3)
        assert [answer[0].name for answer in answers] == [f"Person {n}" for n in range(20)]
        assert all(len(answer) == 3 for answer in answers)
        assert gallery.check() == []


def test_answers_are_sorted_and_name_their_sample(gallery: Gallery) -> None:
    vectors = unit(30)
    for number, vector in enumerate(vectors):
        gallery.enroll(f"P{number % 6}", [NewSample(vector, f"{number}.jpg")])
    by_sample = {s.id: s.person_id for s in gallery.samples()}
    for per, wanted in (("sample", 10), ("person", 6)):
        for answer in gallery.search(unit(4, seed=9), 10, per=per):
            assert len(answer) == wanted
            similarities = [match.similarity for match in answer]
            assert similarities == sorted(similarities, reverse=True)
            assert all(by_sample[str(m.sample_id)] == m.person_id for m in answer)
    assert len({match.person_id for match in answer}) == 6


def test_people_are_renamed_merged_and_erased(gallery: Gallery) -> None:
    vectors = unit(4)
    for number, vector in enumerate(vectors):
        gallery.enroll(f"P{number}", [NewSample(vector, f"{number}.jpg")])
    gallery.rename("P0", "Ada")
    assert gallery.search(vectors[:1], 1)[0][0].name == "Ada"
    gallery.merge("ada", "P1")
    assert gallery.person("Ada").samples == 2
    assert gallery.search(vectors[1:2], 1)[0][0].name == "Ada"
    removal = gallery.remove("Ada")
    at_once = not isinstance(gallery, MilvusGallery)
    assert (removal.samples, removal.purged) == (2, at_once)
    assert "Ada" not in gallery
    assert {m.name for m in gallery.search(vectors[:1], 9)[0]} == {"P2", "P3"}
    gallery.remove_sample(gallery.samples("P2")[0].id)
    assert gallery.person("P2").samples == 0
    assert gallery.purge() == at_once


def test_many_are_acknowledged_one_by_one(gallery: Gallery) -> None:
    people = [(f"P{n}", [NewSample(v, f"{n}.jpg")]) for n, v in enumerate(unit(50))]
    answers = list(gallery.enroll_many(people, chunk_people=8))
    assert all(isinstance(answer, Enrolment) for answer in answers)
    assert [person.name for person in gallery] == [name for name, _ in people]


def test_names_that_cannot_be_seen_as_they_are_spelt(gallery: Gallery) -> None:
    sample = NewSample(unit(1)[0], "a.jpg")
    gallery.enroll("P0", [sample])
    ((record,),) = gallery.records()
    for name in ("An\u200bna", "Anna\u202e", "An\x00na", "An\ud800na", "\u3164"):
        with pytest.raises(PersonError, match=r"the name has U\+"):
            gallery.enroll(name, [sample])
        with pytest.raises(PersonError, match=r"the name has U\+"):
            gallery.rename("P0", name)
        (failed,) = gallery.enroll_many([(name, [sample])])
        assert isinstance(failed, ItemError) and "the name has U+" in failed.cause
    for name in ("An\x00na", "An\ud800na"):  # no store holds it
        with pytest.raises(PersonError, match=r"the name has U\+"):
            gallery.restore([replace(record, person=replace(record.person, name=name))])
    assert [person.name for person in gallery] == ["P0"]


def test_people_of_an_older_gallery_keep_their_names_and_groups(gallery: Gallery) -> None:
    gallery.enroll("Old", [NewSample(unit(1)[0], "a.jpg")], groups=["staff"])
    ((record,),) = gallery.records()
    gallery.remove("Old")
    name, group = "An\u200bna", "st\u200baff"
    old = replace(record.person, name=name, groups=(group,))
    assert gallery.restore([replace(record, person=old)]) == 1
    gallery.enroll("Anna", [NewSample(unit(2)[1], "b.jpg")])
    assert gallery.person(name) == old
    assert [one.name for one in gallery.search(unit(1), 5, groups=[group])[0]] == [name]
    assert gallery.people_page(group=group).people == (old,)
    assert gallery.set_groups(name, [group, "new"]).groups == ("new", group)
    with pytest.raises(InputError, match=r"has U\+200B"):
        gallery.set_groups("Anna", [group])
    with pytest.raises(PersonError, match=r"has U\+200B"):
        gallery.rename("Anna", "Ann\u200ba")
    assert gallery.merge("Anna", name).groups == ("new", group)


def test_terms_are_kept(gallery: Gallery) -> None:
    consent = Consent("consent", "asked", datetime(2024, 1, 1, tzinfo=UTC))
    until = datetime(2025, 1, 1, tzinfo=UTC)
    gallery.enroll("Ada", [NewSample(unit(1)[0], "a.jpg")], consent=consent, keep_until=until)
    person = gallery.person("Ada")
    assert (person.consent, person.keep_until) == (consent, until)
    assert gallery.expired(until) == [person]
    assert gallery.set_terms("Ada", consent=None, keep_until=None).consent is None


def test_embeddings_of_one_graph_and_one_setting_only(reopen: Reopen) -> None:
    options = {"bundle": "net-v1", "dim": DIM, "bundle_sha256": "1" * 64, "flip": False}
    with reopen(**options) as gallery:
        stats = gallery.stats()
        assert (gallery.bundle_sha256, gallery.flip) == ("1" * 64, False)
        assert (stats.bundle_sha256, stats.flip) == ("1" * 64, False)
        with pytest.raises(BundleMismatchError, match="--no-flip"):
            gallery.enroll("Ada", [NewSample(unit(1)[0], "a.jpg", flip=True)])
    for other, cause in (({"flip": True}, "--no-flip"), ({"bundle_sha256": "2" * 64}, "changed")):
        with pytest.raises(BundleMismatchError, match=cause):
            reopen(**{**options, **other})
    reopen(**options).close()


def test_errors_are_those_of_the_protocol(reopen: Reopen, gallery: Gallery) -> None:
    gallery.enroll("Ada", [NewSample(unit(1)[0], "a.jpg")])
    with pytest.raises(BundleMismatchError, match="'net-v1', not of 'net-v2'"):
        reopen(bundle="net-v2", dim=DIM)
    with pytest.raises(PersonError, match="no such person"):
        gallery.person("Bob")
    with pytest.raises(InputError, match="unit norm"):
        gallery.enroll("Bob", [NewSample(unit(1)[0] * 3, "b.jpg")])
    with pytest.raises(InputError, match="queries"):
        gallery.search(unit(1)[:, :4], 1)
    with reopen(read_only=True) as reader, pytest.raises(GalleryError):
        reader.enroll("Bob", [NewSample(unit(1)[0], "b.jpg")])
    assert [person.name for person in gallery] == ["Ada"]


def test_people_are_in_groups_and_searched_by_them(gallery: Gallery) -> None:
    vectors = unit(12)
    for number, vector in enumerate(vectors):
        groups = [name for name, every in (("even", 2), ("third", 3)) if number % every == 0]
        gallery.enroll(f"P{number}", [NewSample(vector, f"{number}.jpg")], groups=groups)
    assert gallery.person("P6").groups == ("even", "third")
    assert gallery.groups() == {"even": 6, "third": 4}

    def found(*groups: str, per: str = "person") -> set[str]:
        (answer,) = gallery.search(vectors[:1], 12, groups=groups, per=per)  # type: ignore[arg-type]
        return {match.name for match in answer}

    assert found("third") == {"P0", "P3", "P6", "P9"}
    assert found("third", "even", per="sample") == {f"P{n}" for n in (0, 2, 3, 4, 6, 8, 9, 10)}
    assert found("nobody's") == found() == set()
    assert len(gallery.search(vectors[:1], 12)[0]) == 12

    gallery.enroll("P1", [NewSample(unit(1, seed=5)[0], "more.jpg")], groups=["  new  group "])
    assert gallery.person("P1").groups == ("new group",)
    assert gallery.set_groups("P0", ["third", "third"]).groups == ("third",)
    assert gallery.merge("P3", "P2").groups == ("even", "third")
    gallery.remove("P6")
    assert gallery.groups() == {"even": 4, "new group": 1, "third": 3}
    assert found("even") == {"P3", "P4", "P8", "P10"}
    for wrong in ("", " ", "x" * 65):
        with pytest.raises(InputError, match="a group's name has 1 to 64 characters"):
            gallery.set_groups("P0", [wrong])
    for wrong in ("a\x00b", "a\u200bb", "a\u202eb"):
        with pytest.raises(InputError, match=r"the group's name has U.*Spell it 'ab'"):
            gallery.set_groups("P0", [wrong])
    with pytest.raises(InputError, match="expected names, got one text"):
        gallery.search(vectors[:1], groups="even")
    assert gallery.person("P0").groups == ("third",)


NAMES = ("Zoë", "anna B", "ANNA a", "Åsa", "Bo", "émile", "李明", "Straße", "A_b%", "Anna")
IN_ORDER = ("A_b%", "Anna", "ANNA a", "anna B", "Bo", "Straße", "Zoë", "Åsa", "émile", "李明")


def test_people_are_listed_page_by_page_in_the_order_of_names(gallery: Gallery) -> None:
    for number, (name, vector) in enumerate(zip(NAMES, unit(len(NAMES)), strict=True)):
        groups = ["staff"] if number % 2 else []
        gallery.enroll(name, [NewSample(vector, f"{number}.jpg")], groups=groups)
    gallery.enroll("Bo", [NewSample(unit(1, seed=7)[0], "bo2.jpg")])

    def walked(limit: int, **asked: str) -> tuple[str, ...]:
        names: list[str] = []
        page = gallery.people_page(limit=limit, **asked)
        total = page.total
        while True:
            assert len(page.people) <= limit and page.total == total
            names += [one.name for one in page.people]
            if page.next is None:
                assert len(names) == total
                return tuple(names)
            page = gallery.people_page(after=page.next, limit=limit, **asked)

    for limit in (1, 3, len(NAMES), 1000):
        assert walked(limit) == IN_ORDER
    assert gallery.people_page().people == tuple(gallery.person(name) for name in IN_ORDER)
    staff = set(NAMES[1::2])
    assert walked(2, group="staff") == tuple(name for name in IN_ORDER if name in staff)
    assert walked(2, search="ANNA ") == ("Anna", "ANNA a", "anna B")
    assert walked(1, search="ANNA", group="staff") == ("Anna", "anna B")
    assert walked(2, search="e\N{COMBINING ACUTE ACCENT}M") == ("émile",)
    assert walked(2, search="STRASSE") == ("Straße",)
    assert walked(2, search="b%") == walked(2, search="_") == ("A_b%",)
    assert walked(2, search="明") == ("李明",)
    assert walked(2, search="nobody") == walked(2, group="nobodies") == ()
    assert walked(1000, search="  ") == IN_ORDER


def test_who_comes_and_goes_between_pages_moves_nobody_else(gallery: Gallery) -> None:
    for number, vector in enumerate(unit(6)):
        gallery.enroll(f"P{number}", [NewSample(vector, f"{number}.jpg")])
    first = gallery.people_page(limit=3)
    assert [one.name for one in first.people] == ["P0", "P1", "P2"]
    gallery.remove("P2", purge=False)
    gallery.rename("P0", "P2a")
    gallery.enroll("A", [NewSample(unit(1, seed=3)[0], "a.jpg")])
    second = gallery.people_page(after=first.next, limit=3)
    assert [one.name for one in second.people] == ["P2a", "P3", "P4"]
    assert (second.total, second.next) == (6, ListPlace("p4", second.people[-1].id))
    last = gallery.people_page(after=second.next, limit=3)
    assert [one.name for one in last.people] == ["P5"] and last.next is None


def test_pages_that_make_no_sense(gallery: Gallery) -> None:
    gallery.enroll("Ada", [NewSample(unit(1)[0], "a.jpg")])
    for asked, cause in (
        ({"limit": 0}, "limit: expected 1 to 1000, got 0"),
        ({"limit": 1001}, "limit: expected 1 to 1000"),
        ({"search": "a\x00"}, "search: a name has no control characters"),
        ({"search": "\ud800"}, "search: a name has no control characters"),
        ({"after": ListPlace("\x00", "")}, "after: a name has no control characters"),
        ({"group": ""}, "a group's name has 1 to 64 characters"),
    ):
        with pytest.raises(InputError, match=cause):
            gallery.people_page(**asked)  # type: ignore[arg-type]


@pytest.mark.parametrize("by", ["best", "top-mean", "centroid"])
def test_a_person_is_ranked_by_the_samples_asked_for(gallery: Gallery, by: str) -> None:
    rng = np.random.default_rng(4)
    centres = unit(8, seed=1)
    held: dict[str, np.ndarray] = {}
    for number, centre in enumerate(centres):
        near = centre + 0.3 * rng.normal(size=(number + 1, DIM))
        held[f"P{number}"] = (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)
        samples = [NewSample(one, f"{number}-{k}.jpg") for k, one in enumerate(held[f"P{number}"])]
        gallery.enroll(f"P{number}", samples)

    def similarity(query: np.ndarray, own: np.ndarray) -> float:
        cosines = own.astype(float) @ query.astype(float)
        middle = own.astype(float).mean(axis=0)
        return {
            "best": max(cosines),
            "top-mean": np.mean(sorted(cosines)[-3:]),
            "centroid": query @ middle / np.linalg.norm(middle),
        }[by]

    queries = unit(6, seed=2)
    for query, answer in zip(queries, gallery.search(queries, 5, by=by), strict=True):  # type: ignore[arg-type]
        wanted = sorted(((similarity(query, own), name) for name, own in held.items()))[::-1][:5]
        assert [match.name for match in answer] == [name for _, name in wanted]
        assert [match.similarity for match in answer] == pytest.approx(
            [value for value, _ in wanted], abs=1e-6
        )


def test_questions_that_make_no_sense(gallery: Gallery) -> None:
    gallery.enroll("Ada", [NewSample(unit(1)[0], "a.jpg")])
    for options, cause in (
        ({"k": 0}, "k: expected at least 1"),
        ({"per": "photo"}, "per: expected 'person' or 'sample'"),
        ({"by": "worst"}, "by: expected 'best', 'top-mean' or 'centroid'"),
        ({"by": "centroid", "per": "sample"}, "by: ranks people"),
    ):
        with pytest.raises(InputError, match=cause):
            gallery.search(unit(1), **options)


def test_people_move_to_another_gallery_as_they_are(gallery: Gallery, tmp_path: Path) -> None:
    consent = Consent("consent", "asked", datetime(2024, 1, 1, tzinfo=UTC))
    until = datetime(2035, 1, 1, tzinfo=UTC)
    face = Face(
        np.array([1, 2, 30, 40], np.float32), 0.875, np.arange(10, dtype=np.float32).reshape(5, 2)
    )
    quality = ChipQuality(70.5, 120.25, -3.0, 1.5, 0.25, 0.5, 0.2, 0.01)
    for number, vector in enumerate(unit(9)):
        whole = NewSample(vector, f"{number}.jpg", f"{number:064x}", face, quality, until)
        gallery.enroll(f"P{number % 5}", [whole if number % 2 else NewSample(vector, "bare")])
    gallery.enroll(
        "P1", [NewSample(unit(1, 7)[0], "x")], consent=consent, keep_until=until, groups=["a", "b"]
    )
    gallery.remove_sample(gallery.samples("P4")[0].id)

    with SqliteGallery(tmp_path / "other.db", bundle="net-v1", dim=DIM) as other:
        for chunk in gallery.records(chunk_people=2):
            assert len(chunk) <= 2 and other.restore(chunk) == len(chunk)
        for chunk in gallery.records(chunk_people=3):
            assert other.restore(chunk) == 0  # once more changes nothing
        assert all(sample.mapped_from is None for sample in other.samples())
        assert other.people() == gallery.people()
        # A person's samples keep their order; between people it is that of the people.
        moved = {sample.id: sample for sample in other.samples()}
        assert len(moved) == 9
        for person in gallery:
            ids = [sample.id for sample in gallery.samples(person.id)]
            assert ids == [sample.id for sample in other.samples(person.id)]
        for one in gallery.samples():
            two = moved[one.id]
            assert (one.person_id, one.source) == (two.person_id, two.source)
            assert one.source_sha256 == two.source_sha256
            assert (one.quality, one.taken, one.created) == (two.quality, two.taken, two.created)
            assert (one.face is None) == (two.face is None)
            if one.face is not None and two.face is not None:
                np.testing.assert_array_equal(one.face.landmarks_px, two.face.landmarks_px)
                np.testing.assert_array_equal(one.face.box_xyxy_px, two.face.box_xyxy_px)
        ours, theirs = gallery.vectors(), other.vectors()
        assert ours.names == theirs.names
        bytes_of = dict(zip(theirs.sample_ids, map(bytes, theirs.embeddings), strict=True))
        assert bytes_of == dict(zip(ours.sample_ids, map(bytes, ours.embeddings), strict=True))

        # And back, into one that has somebody of the name.
        gallery.remove("P0")
        gallery.enroll("p0", [NewSample(unit(1, 8)[0], "y")])
        records = [record for chunk in other.records() for record in chunk]
        with pytest.raises(PersonError, match="P0: somebody else has the name"):
            gallery.restore(records)
        assert gallery.restore(records[1:]) == 0


def test_what_is_somebody_elses_is_not_taken_over(gallery: Gallery, tmp_path: Path) -> None:
    """One that was merged into another person there, after it was copied here."""
    gallery.enroll("Ada", [NewSample(one, "a") for one in unit(2)])
    ((ada,),) = gallery.records()
    other = replace(ada, person=replace(ada.person, id=str(UUID(int=1)), name="Bob"))
    with pytest.raises(PersonError, match="belongs to somebody else"):
        gallery.restore([other])
    two = [
        replace(ada, person=replace(ada.person, id=str(UUID(int=row)), name=name), samples=())
        for row, name in enumerate(("Cem", "cem"), start=2)
    ]
    with pytest.raises(GalleryError):
        gallery.restore(two)
    assert len(gallery.samples("Ada")) == 2
    assert [person.name for person in gallery] == ["Ada"]
    assert gallery.check() == []


def test_what_an_embedding_was_mapped_from_stays_known(gallery: Gallery, tmp_path: Path) -> None:
    with SqliteGallery(tmp_path / "other.db", bundle="net-v1", dim=DIM) as other:
        other.enroll("P", [NewSample(one, "a") for one in unit(2)])
        ((record,),) = other.records()
    assert gallery.mapped() == {}
    first, second = record.samples
    mapped = replace(first, sample=replace(first.sample, mapped_from="net-v0"))
    gallery.restore([replace(record, samples=(mapped, second))])
    gallery.enroll("P", [NewSample(unit(1, 5)[0], "b")])
    assert [one.mapped_from for one in gallery.samples("P")] == ["net-v0", None, None]
    assert gallery.mapped() == {"net-v0": 1}
    ((again,),) = gallery.records()
    assert [one.sample.mapped_from for one in again.samples] == ["net-v0", None, None]


@pytest.mark.parametrize("per", ["person", "sample"])
def test_an_index_is_built_measured_used_and_dropped(gallery: Gallery, per: str) -> None:
    centres = unit(40, seed=1)
    near = np.repeat(centres, 3, axis=0) + 0.1 * unit(120, seed=2)
    vectors = (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)
    for number in range(len(centres)):
        own = vectors[3 * number : 3 * number + 3]
        samples = [NewSample(one, f"{number}-{k}.jpg") for k, one in enumerate(own)]
        gallery.enroll(f"P{number}", samples, groups=["first"] if number < 5 else [])
    queries = unit(5, seed=3)

    def names(**options: object) -> list[list[str]]:
        answers = gallery.search(queries, 5, per=per, **options)  # type: ignore[arg-type]
        return [[match.sample_id for match in answer] for answer in answers]

    exact, of_group = names(), names(groups=["first"])
    assert gallery.search_index() == EXACT
    wanted = SearchIndex("hnsw", m=8, ef_construction=40, ef_search=200)
    if isinstance(gallery, SqliteGallery):
        with pytest.raises(GalleryError, match="compares every sample"):
            gallery.build_index(wanted)
    else:
        built = gallery.build_index(wanted, queries=20)
        assert (built.kind, built.m, built.queries) == ("hnsw", 8, 20)
        assert built.recall >= 0.95
        assert gallery.search_index() == built
    # A walk as broad as the gallery finds everybody, the new and not the gone.
    assert names() == names(exact=True) == exact
    assert names(groups=["first"]) == of_group
    gallery.enroll("New", [NewSample(queries[0], "new.jpg")])
    gallery.remove("P7")
    ((first, *_),) = gallery.search(queries[:1], 5)
    assert first.name == "New"
    assert names() == names(exact=True)
    assert gallery.build_index(EXACT) == gallery.search_index() == EXACT
    assert names() == names(exact=True)


def test_indexes_that_make_no_sense(gallery: Gallery) -> None:
    gallery.enroll("Ada", [NewSample(unit(1)[0], "a.jpg")])
    for wrong, cause in (
        (SearchIndex("hnsw", m=1), "m: expected 2 to 100"),
        (SearchIndex("hnsw", ef_search=5000), "ef_search: expected 10 to 1000"),
        (SearchIndex("hnsw", m=50), "ef_construction: expected at least twice m, 100"),
        (SearchIndex("tree"), "kind: expected 'exact' or 'hnsw'"),  # type: ignore[arg-type]
    ):
        with pytest.raises(InputError, match=cause):
            gallery.build_index(wrong)
    with pytest.raises(GalleryError, match=r"compares every sample|needs at least 100"):
        gallery.build_index(SearchIndex("hnsw"))
    assert gallery.search_index() == EXACT
    assert len(gallery.search(unit(1))[0]) == 1


def test_a_place_is_the_same_however_it_is_opened(
    gallery: Gallery, reopen: Reopen, tmp_path: Path
) -> None:
    with reopen(read_only=True) as again:
        assert again.place == gallery.place
    with SqliteGallery(tmp_path / "other.db", bundle="net-v1", dim=DIM) as other:
        assert other.place != gallery.place
