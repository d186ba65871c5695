"""People and their samples as the documents that the command line and the service give."""

from __future__ import annotations

from facemetric.gallery.records import Person, Sample
from facemetric.wire import PersonOut, SampleOut


def person_document(person: Person) -> PersonOut:
    """Return a person without the samples."""
    return PersonOut(
        person_id=person.id,
        name=person.name,
        samples=person.samples,
        created=person.created.isoformat(),
        updated=person.updated.isoformat(),
        consent=person.consent.text if person.consent else None,
        keep_until=person.keep_until.isoformat() if person.keep_until else None,
        groups=person.groups,
    )


def sample_document(sample: Sample) -> SampleOut:
    """Return one enrolled photograph."""
    return SampleOut(
        sample_id=sample.id,
        source=sample.source,
        created=sample.created.isoformat(),
        bundles=sample.bundles,
        mapped_from=sample.mapped_from,
        has_portrait=sample.has_portrait,
    )
