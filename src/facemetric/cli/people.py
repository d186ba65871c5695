"""``facemetric people``: who is enrolled."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from facemetric.cli.erasing import AuditFile, Erasing, PlainLog, confirm, tell_unpurged
from facemetric.cli.keys import KeyCommand, KeyFile, master_key
from facemetric.cli.options import GalleryAddress, Json
from facemetric.cli.output import counted, guarded, people_counted, print_json, shown, table
from facemetric.cli.personal import check_receipt, export_
from facemetric.cli.portraits import remove_portraits

if TYPE_CHECKING:
    from facemetric.gallery import Person, Sample

app = typer.Typer(help="List, show, rename, merge, export and erase enrolled people.")
app.command("export")(export_)
app.command("check-receipt")(check_receipt)
app.command("remove-portraits")(remove_portraits)

Who = Annotated[str, typer.Argument(metavar="PERSON", help="A name or an id.")]
_TIME = "%Y-%m-%d %H:%M"


@app.command("list")
@guarded
def list_people(
    gallery: GalleryAddress = None,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    json_: Json = False,
) -> None:
    """List everyone in a gallery.

    Example: facemetric people list --gallery people.db
    """
    from facemetric.cli.galleries import gallery_address, open_existing, shown_address
    from facemetric.gallery.documents import person_document
    from facemetric.wire import PeopleOut

    with open_existing(gallery, key=master_key(key_file, key_command), read_only=True) as opened:
        people = opened.people()
        bundle = opened.bundle
    if json_:
        document = PeopleOut(
            gallery=shown_address(gallery_address(gallery)),
            bundle=bundle,
            people=tuple(map(person_document, people)),
        )
        print_json(document)
        return
    rows = [
        (person.name, str(person.samples), person.created.strftime(_TIME), person.id)
        for person in people
    ]
    if rows:
        table(rows, ("name", "samples", "enrolled (UTC)", "id"))
    print(f"{people_counted(len(rows))}, embeddings of {bundle}")


@app.command()
@guarded
def show(
    person: Who,
    gallery: GalleryAddress = None,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    json_: Json = False,
) -> None:
    """Show one person and the photographs they were enrolled from.

    Example: facemetric people show "Ada Lovelace" --gallery people.db
    """
    from facemetric.cli.galleries import open_existing

    with open_existing(gallery, key=master_key(key_file, key_command), read_only=True) as opened:
        found = opened.person(person)
        samples = opened.samples(found.id)
    _answer("show", found, samples, gallery, json_=json_)


@app.command()
@guarded
def rename(
    person: Who,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new name.")],
    gallery: GalleryAddress = None,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    json_: Json = False,
) -> None:
    """Give a person another name; the old one goes from the file as well.

    Example: facemetric people rename Ada "Ada Lovelace" --gallery people.db
    """
    from facemetric.cli.galleries import open_existing

    key = master_key(key_file, key_command)
    with open_existing(gallery, key=key) as opened:
        renamed = opened.rename(person, name)
        samples = opened.samples(renamed.id)
        purged = opened.purge()
    _answer("rename", renamed, samples, gallery, json_=json_, purged=purged)
    tell_unpurged(purged, gallery, encrypted=key is not None)


@app.command()
@guarded
def merge(
    into: Annotated[str, typer.Argument(metavar="INTO", help="Who stays: a name or an id.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="Who becomes part of INTO.")],
    gallery: GalleryAddress = None,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    json_: Json = False,
) -> None:
    """Make two entries one person: the samples of OTHER move to INTO, and OTHER is erased.

    Example: facemetric people merge "Ada Lovelace" "A. Lovelace" --gallery people.db
    """
    from facemetric.cli.galleries import open_existing

    key = master_key(key_file, key_command)
    with open_existing(gallery, key=key) as opened:
        merged = opened.merge(into, other)
        samples = opened.samples(merged.id)
        purged = opened.purge()
    _answer("merge", merged, samples, gallery, json_=json_, purged=purged)
    tell_unpurged(purged, gallery, encrypted=key is not None)


@app.command()
@guarded
def remove(
    person: Who,
    gallery: GalleryAddress = None,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    receipt: Annotated[
        Path | None,
        typer.Option("--receipt", metavar="FILE", help="Write a receipt; must not be there yet."),
    ] = None,
    audit: AuditFile = None,
    plain_log: PlainLog = False,
    json_: Json = False,
) -> None:
    """Erase a person with all samples and embeddings, from the file as well.

    Example: facemetric people remove "Ada Lovelace" --gallery people.db --yes
    """
    from facemetric.cli.galleries import open_existing

    key = master_key(key_file, key_command)
    with open_existing(gallery, key=key) as opened:
        found = opened.person(person)
        with Erasing(receipt, audit, key, plain_log=plain_log) as erasing:
            if not yes:
                confirm(f"Erase {found.name} and {counted(found.samples, 'sample')}?")
            purged = erasing.erase(opened, [found.id], reason="request")
    _answer("remove", found, [], gallery, json_=json_, purged=purged)
    tell_unpurged(purged, gallery, encrypted=key is not None)


@app.command()
@guarded
def expired(
    gallery: GalleryAddress = None,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    remove: Annotated[bool, typer.Option("--remove", help="Erase them, for good.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    receipts: Annotated[
        Path | None,
        typer.Option(
            "--receipts", metavar="FILE", help="Write the receipts, one a line; append to it."
        ),
    ] = None,
    audit: AuditFile = None,
    plain_log: PlainLog = False,
    json_: Json = False,
) -> None:
    """List the people whose time (enroll --keep-until) has passed; with --remove, erase them.

    Example: facemetric people expired --gallery people.db --remove --yes
    """
    from facemetric.cli.galleries import gallery_address, open_existing, shown_address
    from facemetric.gallery.documents import person_document
    from facemetric.wire import ExpiredOut

    at = datetime.now(UTC)
    purged = None
    key = master_key(key_file, key_command)
    log = audit if remove else None
    with (
        open_existing(gallery, key=key, read_only=not remove) as opened,
        Erasing(receipts, log, key, plain_log=plain_log, several=True) as erasing,
    ):
        due = opened.expired(at)
        if remove:
            if due and not yes:
                confirm(f"Erase {', '.join(person.name for person in due)}?")
                # Somebody's time may have been extended while the question stood.
                still = {person.id for person in opened.expired(at)}
                due = [person for person in due if person.id in still]
            purged = erasing.erase(opened, [person.id for person in due], reason="expired")
    if json_:
        document = ExpiredOut(
            gallery=shown_address(gallery_address(gallery)),
            at=at.isoformat(),
            people=tuple(map(person_document, due)),
            removed=remove,
            purged=purged,
        )
        print_json(document)
    else:
        rows = [
            (one.name, str(one.samples), one.keep_until.strftime(_TIME), one.id)
            for one in due
            if one.keep_until
        ]
        if rows:
            table(rows, ("name", "samples", "keep until (UTC)", "id"))
        print(f"{people_counted(len(rows))} {'erased' if remove else 'due to be erased'}")
    tell_unpurged(purged, gallery, encrypted=key is not None)


def _answer(
    action: Literal["show", "rename", "merge", "remove"],
    person: Person,
    samples: list[Sample],
    gallery: GalleryAddress,
    *,
    json_: bool,
    purged: bool | None = None,
) -> None:
    from facemetric.cli.galleries import gallery_address, shown_address
    from facemetric.wire import PersonShowOut

    if json_:
        from facemetric.gallery.documents import person_document, sample_document

        document = PersonShowOut(
            gallery=shown_address(gallery_address(gallery)),
            action=action,
            person=person_document(person),
            samples=tuple(map(sample_document, samples)),
            purged=purged,
        )
        print_json(document)
        return
    done = {"show": "", "rename": "renamed: ", "merge": "merged: ", "remove": "erased: "}[action]
    print(f"{done}{person.name}  ({person.id})")
    print(f"  samples     {person.samples}")
    print(f"  enrolled    {person.created.strftime(_TIME)} UTC")
    if person.consent:
        print(f"  {person.consent.basis:<10}  {person.consent.text}")
    if person.keep_until:
        print(f"  keep until  {person.keep_until.strftime(_TIME)} UTC")
    for sample in samples:
        mapped = f"  (mapped from {sample.mapped_from})" if sample.mapped_from else ""
        kept = "  (portrait kept)" if sample.has_portrait else ""
        source = shown(sample.source)
        print(f"  {sample.created.strftime(_TIME)}  {source}{mapped}{kept}  {sample.id}")
