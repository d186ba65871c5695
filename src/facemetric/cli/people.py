"""``facemetric people``: who is enrolled."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from facemetric.cli.options import GalleryFile, Json
from facemetric.cli.output import guarded, print_json, shown, table

if TYPE_CHECKING:
    from facemetric.gallery import Person, Sample
    from facemetric.wire import PersonOut

app = typer.Typer(help="List, show, rename, merge and remove enrolled people.")

Who = Annotated[str, typer.Argument(metavar="PERSON", help="A name or an id.")]
_TIME = "%Y-%m-%d %H:%M"


@app.command("list")
@guarded
def list_people(gallery: GalleryFile = None, json_: Json = False) -> None:
    """List everyone in a gallery.

    Example: facemetric people list --gallery people.db
    """
    from facemetric.cli.galleries import gallery_path, open_existing
    from facemetric.wire import PeopleOut

    with open_existing(gallery, read_only=True) as opened:
        people = opened.people()
        bundle = opened.bundle
    if json_:
        document = PeopleOut(
            gallery=str(gallery_path(gallery)),
            bundle=bundle,
            people=tuple(_person_out(person) for person in people),
        )
        print_json(document)
        return
    rows = [
        (person.name, str(person.samples), person.created.strftime(_TIME), person.id)
        for person in people
    ]
    if rows:
        table(rows, ("name", "samples", "enrolled (UTC)", "id"))
    print(f"{len(rows)} people, embeddings of {bundle}")


@app.command()
@guarded
def show(person: Who, gallery: GalleryFile = None, json_: Json = False) -> None:
    """Show one person and the photographs they were enrolled from.

    Example: facemetric people show "Ada Lovelace" --gallery people.db
    """
    from facemetric.cli.galleries import open_existing

    with open_existing(gallery, read_only=True) as opened:
        found = opened.person(person)
        samples = opened.samples(found.id)
    _answer("show", found, samples, gallery, json_=json_)


@app.command()
@guarded
def rename(
    person: Who,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new name.")],
    gallery: GalleryFile = None,
    json_: Json = False,
) -> None:
    """Give a person another name.

    Example: facemetric people rename Ada "Ada Lovelace" --gallery people.db
    """
    from facemetric.cli.galleries import open_existing

    with open_existing(gallery) as opened:
        renamed = opened.rename(person, name)
        samples = opened.samples(renamed.id)
    _answer("rename", renamed, samples, gallery, json_=json_)


@app.command()
@guarded
def merge(
    into: Annotated[str, typer.Argument(metavar="INTO", help="Who stays: a name or an id.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="Who becomes part of INTO.")],
    gallery: GalleryFile = None,
    json_: Json = False,
) -> None:
    """Make two entries one person: the samples of OTHER move to INTO.

    Example: facemetric people merge "Ada Lovelace" "A. Lovelace" --gallery people.db
    """
    from facemetric.cli.galleries import open_existing

    with open_existing(gallery) as opened:
        merged = opened.merge(into, other)
        samples = opened.samples(merged.id)
    _answer("merge", merged, samples, gallery, json_=json_)


@app.command()
@guarded
def remove(
    person: Who,
    gallery: GalleryFile = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json_: Json = False,
) -> None:
    """Erase a person with all samples and embeddings, from the file as well.

    Example: facemetric people remove "Ada Lovelace" --gallery people.db --yes
    """
    from facemetric.cli.galleries import open_existing

    with open_existing(gallery) as opened:
        found = opened.person(person)
        if not yes and not _confirmed(found):
            raise typer.Exit(2)
        removal = opened.remove(found.id)
    _answer("remove", found, [], gallery, json_=json_)
    if not removal.purged:
        print("another process is reading: some bytes go from the file later", file=sys.stderr)


def _confirmed(person: Person) -> bool:
    if not sys.stdin.isatty():
        print("error: nothing was removed. Pass --yes to remove without asking", file=sys.stderr)
        return False
    return typer.confirm(f"Erase {person.name} and {person.samples} samples?", err=True)


def _answer(
    action: Literal["show", "rename", "merge", "remove"],
    person: Person,
    samples: list[Sample],
    gallery: GalleryFile,
    *,
    json_: bool,
) -> None:
    from facemetric.cli.galleries import gallery_path
    from facemetric.wire import PersonShowOut, SampleOut

    if json_:
        document = PersonShowOut(
            gallery=str(gallery_path(gallery)),
            action=action,
            person=_person_out(person),
            samples=tuple(
                SampleOut(
                    sample_id=sample.id,
                    source=sample.source,
                    created=sample.created.isoformat(),
                    bundles=sample.bundles,
                )
                for sample in samples
            ),
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
        print(f"  {sample.created.strftime(_TIME)}  {shown(sample.source)}")


def _person_out(person: Person) -> PersonOut:
    from facemetric.wire import PersonOut

    return PersonOut(
        person_id=person.id,
        name=person.name,
        samples=person.samples,
        created=person.created.isoformat(),
        updated=person.updated.isoformat(),
        consent=person.consent.text if person.consent else None,
        keep_until=person.keep_until.isoformat() if person.keep_until else None,
    )
