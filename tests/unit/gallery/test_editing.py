from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from facemetric.errors import PersonError
from facemetric.gallery import Consent, NewSample, SqliteGallery

MakeSample = Callable[..., NewSample]


def test_rename_keeps_the_person(gallery: SqliteGallery, sample: MakeSample) -> None:
    before = gallery.enroll("Ada", [sample(1)]).person
    after = gallery.rename("ada", "Ada Byron")
    assert (after.id, after.name) == (before.id, "Ada Byron")
    assert gallery.person("ADA BYRON") == gallery.person(before.id) == after
    assert gallery.search(sample(1).embedding[None], 1)[0][0].name == "Ada Byron"
    with pytest.raises(PersonError, match=r"no such person\. Did you mean 'Ada Byron'\?"):
        gallery.person("Ada Byrom")
    with pytest.raises(PersonError, match=r"Ada: no such person"):
        gallery.person("Ada")


def test_rename_may_change_the_spelling_only(gallery: SqliteGallery, sample: MakeSample) -> None:
    gallery.enroll("ada", [sample(1)])
    assert gallery.rename("ada", "Ada").name == "Ada"


def test_two_people_cannot_share_a_name(gallery: SqliteGallery, sample: MakeSample) -> None:
    gallery.enroll("Ada", [sample(1)])
    gallery.enroll("Bob", [sample(2)])
    with pytest.raises(PersonError, match=r"BOB: the name is taken by 'Bob'.*unique.*merge"):
        gallery.rename("Ada", "BOB")
    assert [person.name for person in gallery] == ["Ada", "Bob"]


def test_merge_moves_samples_and_keeps_what_both_have_once(
    gallery: SqliteGallery, sample: MakeSample
) -> None:
    into = gallery.enroll("Ada", [sample(1)]).person
    gallery.enroll("Lady L.", [sample(2), sample(1)], conflicts="allow")
    merged = gallery.merge("Ada", "Lady L.")
    assert (merged.id, merged.name, merged.samples) == (into.id, "Ada", 2)
    assert [s.source for s in gallery.samples("Ada")] == ["photo 1.jpg", "photo 2.jpg"]
    assert [person.name for person in gallery.people()] == ["Ada"]
    assert gallery.search(sample(2).embedding[None], 5)[0][0].person_id == into.id
    assert gallery.check() == []


def test_merge_keeps_consent_and_the_earlier_retention(
    gallery: SqliteGallery, sample: MakeSample
) -> None:
    late, early = datetime(2030, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    consent = Consent("consent", "asked", datetime(2024, 1, 1, tzinfo=UTC))
    gallery.enroll("A", [sample(1)], keep_until=late)
    gallery.enroll("B", [sample(2)], keep_until=early, consent=consent)
    gallery.enroll("C", [sample(3)])
    merged = gallery.merge("A", "B")
    assert (merged.consent, merged.keep_until) == (consent, early)
    assert gallery.merge("C", "A").keep_until == early


def test_nobody_is_merged_with_himself(gallery: SqliteGallery, sample: MakeSample) -> None:
    person = gallery.enroll("Ada", [sample(1)]).person
    with pytest.raises(PersonError, match="cannot be merged with itself"):
        gallery.merge("ADA", person.id)
    assert person in gallery.people()


def test_terms_are_set_cleared_and_found_when_over(
    gallery: SqliteGallery, sample: MakeSample
) -> None:
    consent = Consent("consent", "asked", datetime(2024, 1, 1, tzinfo=UTC))
    until = datetime(2026, 6, 1, tzinfo=UTC)
    gallery.enroll("Ada", [sample(1)])
    gallery.enroll("Bob", [sample(2)], keep_until=datetime(2027, 1, 1, tzinfo=UTC))
    ada = gallery.set_terms("Ada", consent=consent, keep_until=until)
    assert (ada.consent, ada.keep_until) == (consent, until)
    assert gallery.expired(datetime(2026, 5, 31, tzinfo=UTC)) == []
    assert gallery.expired(until) == [ada]
    cleared = gallery.set_terms("Ada", consent=None, keep_until=None)
    assert (cleared.consent, cleared.keep_until) == (None, None)


@pytest.mark.parametrize(
    "call",
    [
        lambda g: g.person("Nobody"),
        lambda g: g.samples("Nobody"),
        lambda g: g.rename("Nobody", "Somebody"),
        lambda g: g.merge("Ada", "Nobody"),
        lambda g: g.merge("Nobody", "Ada"),
        lambda g: g.remove("Nobody"),
        lambda g: g.set_terms("Nobody", consent=None, keep_until=None),
        lambda g: g.person("0ec8ab2e-3b1f-4a4b-9d55-0f6f1f1f1f1f"),
    ],
)
def test_whoever_is_absent_is_named(
    gallery: SqliteGallery, sample: MakeSample, call: Callable[[SqliteGallery], object]
) -> None:
    gallery.enroll("Ada", [sample(1)])
    with pytest.raises(PersonError, match=r"(Nobody|0ec8ab2e-.*): no such person"):
        call(gallery)
    assert "Ada" in gallery
    assert "Nobody" not in gallery
    assert len(gallery) == 1


def test_a_name_of_before_there_was_a_rule_is_shown_and_replaced(
    gallery: SqliteGallery, sample: Callable[..., NewSample]
) -> None:
    """Names that are refused now may be in a gallery: nobody is lost, and ids lead to them."""
    person = gallery.enroll("Anna", [sample(1)]).person
    with gallery._database.write() as connection:
        connection.execute("UPDATE people SET name = ?, name_key = ?", ("An\u200bna", "an\u200bna"))
    assert [one.name for one in gallery.people()] == ["An\u200bna"]
    assert gallery.search(sample(1).embedding[None], 1)[0][0].name == "An\u200bna"
    assert "Anna" not in gallery and "An\u200bna" not in gallery and person.id in gallery
    assert gallery.rename(person.id, "Anna").name == "Anna"
    assert gallery.remove("Anna").purged
