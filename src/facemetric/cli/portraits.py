"""``facemetric people remove-portraits``: the small pictures go, the embeddings stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.erasing import AuditFile, Erasing, PlainLog, confirm, tell_unpurged
from facemetric.cli.keys import KeyCommand, KeyFile, master_key
from facemetric.cli.options import GalleryAddress, Json
from facemetric.cli.output import counted, guarded, print_json
from facemetric.errors import PersonError

if TYPE_CHECKING:
    from facemetric.gallery import Gallery, Person


@guarded
def remove_portraits(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="A name or an id.")],
    sample: Annotated[
        list[str] | None,
        typer.Option(
            "--sample",
            metavar="ID",
            help="Of this sample alone, from people show; may come several times.",
            show_default="all",
        ),
    ] = None,
    gallery: GalleryAddress = None,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    audit: AuditFile = None,
    plain_log: PlainLog = False,
    json_: Json = False,
) -> None:
    """Erase the kept portraits of a person, from the file as well; the person stays recognisable.

    Example: facemetric people remove-portraits "Ada Lovelace" --gallery people.db --yes
    """
    from facemetric.cli.galleries import gallery_address, open_existing, shown_address
    from facemetric.wire import PortraitsErasedOut

    key = master_key(key_file, key_command)
    with open_existing(gallery, key=key) as opened:
        found = opened.person(person)
        kept = _kept(opened, found, sample or [])
        with Erasing(None, audit, key, plain_log=plain_log) as erasing:
            if not yes:
                confirm(f"Erase {counted(len(kept), 'portrait')} of {found.name}?")
            samples, purged = erasing.erase_portraits(opened, found.id, kept)
    if json_:
        print_json(
            PortraitsErasedOut(
                gallery=shown_address(gallery_address(gallery)),
                person_id=found.id,
                sample_ids=tuple(samples),
                purged=purged,
            )
        )
    else:
        print(f"{found.name}: {counted(len(samples), 'portrait')} erased")
    tell_unpurged(purged, gallery, encrypted=key is not None)


def _kept(gallery: Gallery, person: Person, wanted: list[str]) -> list[str]:
    """Return the samples whose portraits go; PersonError where one of those named has none."""
    there = {sample.id: sample.has_portrait for sample in gallery.samples(person.id)}
    named = list(dict.fromkeys(one.strip().lower() for one in wanted))
    for one in named:
        if one not in there:
            raise PersonError(
                f"{person.name} has no such sample", item=one, fix="people show lists their ids"
            )
        if not there[one]:
            raise PersonError("no portrait is kept", item=one, fix="people show says of which is")
    if not named and not any(there.values()):
        raise PersonError("no portrait is kept", item=person.name, fix="There is nothing to erase")
    return named or [one for one, kept in there.items() if kept]
