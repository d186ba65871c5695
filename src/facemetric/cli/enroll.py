"""``facemetric enroll``: a person into the gallery."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.keys import KeyCommand, KeyFile, master_key
from facemetric.cli.options import (
    DEFAULT_BUNDLE,
    BundleName,
    Flip,
    GalleryAddress,
    Json,
    MinFace,
    OneFace,
    Provider,
    ProviderName,
    Sources,
    Threads,
)
from facemetric.cli.output import finish, guarded, print_json, progress, shown

if TYPE_CHECKING:
    from facemetric.gallery import Consent
    from facemetric.recognizer import EnrollReport


@guarded
def enroll(
    name: Annotated[str, typer.Argument(help="The person's name; a known one gets more samples.")],
    photos: Sources,
    gallery: GalleryAddress = None,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    select: Annotated[
        OneFace | None,
        typer.Option(
            help="Which face of a photograph with several. Without it, one that is twice as large "
            "as the next, or the photograph is refused.",
            show_default=False,
        ),
    ] = None,
    refuse_poor: Annotated[
        bool, typer.Option("--refuse-poor", help="Refuse blurred, dark, small or turned faces.")
    ] = False,
    consent: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="On what ground, kept with the person."),
    ] = None,
    keep_until: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="When to erase (UTC): people expired lists, and erases, those who are due.",
        ),
    ] = None,
    allow_conflict: Annotated[
        bool,
        typer.Option(
            "--allow-conflict", help="Also enrol a face of a picture that another person has."
        ),
    ] = False,
    keep_portraits: Annotated[
        bool,
        typer.Option(
            "--keep-portraits",
            help="Keep a small picture of each face, without other people and the scene.",
        ),
    ] = False,
    codes: Annotated[
        bool,
        typer.Option(
            "--codes", help="A new gallery stores one byte per dimension instead of four."
        ),
    ] = False,
    bundle: BundleName = DEFAULT_BUNDLE,
    min_face: MinFace = None,
    flip: Flip = True,
    provider: ProviderName = Provider.cpu,
    threads: Threads = None,
    json_: Json = False,
) -> None:
    """Enrol a person from one photograph or more. The photographs themselves are not kept.

    With --keep-portraits, a small picture of the face alone is, until it or the person is erased.

    Example: facemetric enroll "Ada Lovelace" ada1.jpg ada2.jpg --gallery people.db
    """
    from facemetric.cli.galleries import gallery_address, open_to_enroll, shown_address
    from facemetric.cli.sources import read_sources
    from facemetric.recognizer import Recognizer
    from facemetric.recognizer.documents import enrolled_documents
    from facemetric.wire import EnrollOut, ErrorOut

    found, unread = read_sources(photos)
    recognizer = Recognizer(
        bundle, min_face_px=min_face, provider=provider.value, threads=threads, flip=flip
    )
    with open_to_enroll(
        recognizer, gallery, codes=codes, key=master_key(key_file, key_command)
    ) as opened:
        report = recognizer.enroll(
            opened,
            name,
            progress(found, total=len(found), label="enrolling"),
            select=select.value if select else None,
            refuse_poor=refuse_poor,
            consent=_consent(consent),
            keep_until=keep_until.replace(tzinfo=UTC) if keep_until else None,
            conflicts="allow" if allow_conflict else "refuse",
            keep_portraits=keep_portraits,
        )
    errors = [*unread, *report.errors]
    if json_:
        document = EnrollOut(
            gallery=shown_address(gallery_address(gallery)),
            bundle=recognizer.bundle.id,
            person_id=report.person_id,
            name=report.name,
            created=report.created,
            samples=enrolled_documents(report),
            errors=tuple(ErrorOut.of(error) for error in errors),
        )
        print_json(document)
    else:
        _print(report)
    finish(errors, done=len(report.samples), json_=json_)


def _consent(text: str | None) -> Consent | None:
    from facemetric.gallery import Consent

    return Consent("consent", text, datetime.now(UTC)) if text else None


def _print(report: EnrollReport) -> None:
    if report.person_id is None:
        return
    added = sum(not sample.duplicate for sample in report.samples)
    state = "enrolled" if report.created else "known already"
    print(f"{report.name}: {state}, {added} new of {len(report.samples)} usable photographs")
    for sample in report.samples:
        note = "  (there already)" if sample.duplicate else ""
        note += "  (portrait kept)" if sample.has_portrait else ""
        print(f"  {shown(sample.source)}{note}")
        for other in sample.also_of:
            print(f"    note: enrolled as {other} as well")
        for problem in sample.seen.problems:
            print(f"    note: {problem}")
