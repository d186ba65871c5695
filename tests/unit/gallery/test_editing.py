from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from facemetric.errors import InputError, PersonError
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
    assert gallery.purge() and gallery.check() == []


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


def test_a_name_of_before_there_was_a_rule_leads_to_its_person(
    gallery: SqliteGallery, sample: Callable[..., NewSample]
) -> None:
    """Names and groups that are refused now may be in a gallery: they stay as they are."""
    person = gallery.enroll("Old", [sample(1)], groups=["staff"]).person
    other = gallery.enroll("Anna", [sample(2)]).person
    old, group = "An\u200bna", "st\u200baff"
    with gallery._database.write() as connection:
        connection.execute(
            "UPDATE people SET name = ?, name_key = ? WHERE id = ?", (old, old.lower(), person.id)
        )
        connection.execute("UPDATE person_groups SET name = ?", (group,))
    assert gallery.person(old.upper()).id == person.id and gallery.person("Anna") == other
    query = sample(1).embedding[None]
    assert [one.name for one in gallery.search(query, 5, groups=[group])[0]] == [old]
    assert [one.id for one in gallery.people_page(group=group).people] == [person.id]
    assert gallery.enroll(old, [sample(3)]).person.id == person.id
    assert gallery.set_groups(old, [group, "guests"]).groups == ("guests", group)
    with pytest.raises(InputError, match=r"has U\+200B") as refused:
        gallery.set_groups(old, [group, "gue\u200bsts"])
    assert refused.value.fix == "Spell it 'guests'"
    with pytest.raises(InputError, match=r"has U\+200B"):
        gallery.set_groups(other.id, [group])
    assert gallery.remove(old).person_id == person.id
    assert gallery.people() == [other]


def test_a_name_of_before_there_was_a_rule_is_copied_and_replaced(
    gallery: SqliteGallery, sample: Callable[..., NewSample], tmp_path: Path
) -> None:
    person = gallery.enroll("Anna", [sample(1)]).person
    with gallery._database.write() as connection:
        connection.execute("UPDATE people SET name = ?, name_key = ?", ("An\u200bna", "an\u200bna"))
    with SqliteGallery(tmp_path / "copy.db", bundle=gallery.bundle, dim=gallery.dim) as copy:
        for records in gallery.records():
            copy.restore(records)
        assert copy.people() == gallery.people()
        assert copy.person("AN\u200bNA").id == person.id
        assert copy.rename("An\u200bna", "Anna").name == "Anna"
        with pytest.raises(PersonError, match="no such person"):
            copy.person("An\u200bna")
