"""``facemetric people export`` and ``check-receipt``: one person's data, and that it is gone."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.erasing import AuditFile, PlainLog
from facemetric.cli.keys import KeyCommand, KeyFile, master_key
from facemetric.cli.options import GalleryAddress, Json
from facemetric.cli.output import FAILED, counted, guarded, print_json
from facemetric.errors import InputError

if TYPE_CHECKING:
    from facemetric.wire import ErasureReceiptOut


@guarded
def export_(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="A name or an id.")],
    file: Annotated[Path, typer.Argument(metavar="FILE.json", help="Must not be there yet.")],
    gallery: GalleryAddress = None,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    audit: AuditFile = None,
    json_: Json = False,
) -> None:
    """Write all that is stored about one person into a file, in plain, for that person.

    With --audit, the log's entries about the person too.

    Example: facemetric people export "Ada Lovelace" ada.json --gallery people.db
    """
    from facemetric.cli.galleries import open_existing
    from facemetric.gallery import person_data
    from facemetric.vault import read_log
    from facemetric.wire import to_json

    with open_existing(gallery, key=master_key(key_file, key_command), read_only=True) as opened:
        document = person_data(
            opened,
            person,
            at=datetime.now(UTC),
            entries=None if audit is None else read_log(audit),
        )
    try:
        with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as opened:
            opened.write(to_json(document) + "\n")
    except OSError as error:
        raise InputError(
            f"cannot be written: {error.strerror}", item=str(file), fix="Name another file"
        ) from error
    if json_:
        print_json(document)
    else:
        print(f"{file}: all about {document.name}, with {counted(len(document.samples), 'sample')}")


@guarded
def check_receipt(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="From facemetric people remove --receipt.")
    ],
    gallery: Annotated[
        str | None,
        typer.Option(
            "--gallery",
            "-g",
            metavar="ADDRESS",
            help="Also look whether the person is in this gallery.",
            show_default=False,
        ),
    ] = None,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    audit: AuditFile = None,
    plain_log: PlainLog = False,
    json_: Json = False,
) -> None:
    """Say whether an erasure's receipt is as it was written, and what it says is so; else exit 4.

    With a key, the signature; with --audit, the entry in the log; with --gallery, that the person
    is not in it.

    Example: facemetric people check-receipt receipt.json --audit audit.jsonl --gallery people.db
    """
    from facemetric.cli.galleries import open_existing
    from facemetric.gallery import receipt_problems
    from facemetric.wire import ReceiptCheckOut

    key = master_key(key_file, key_command)
    receipt = _receipt(file)
    problems = receipt_problems(receipt, key=key, log=audit, plain_log=plain_log)
    if gallery is not None:
        with open_existing(gallery, key=key, read_only=True) as opened:
            problems += receipt_problems(receipt, gallery=opened)
    problems = list(dict.fromkeys(problems))
    wanted = {"digest": True, "signature": key, "audit": audit, "gallery": gallery}
    checked = tuple(name for name, given in wanted.items() if given)
    if json_:
        print_json(
            ReceiptCheckOut.model_validate(
                {"file": str(file), "receipt": receipt, "checked": checked, "problems": problems}
            )
        )
    else:
        erased = counted(receipt.samples, "sample")
        if receipt.portraits:
            erased += f" with {counted(receipt.portraits, 'portrait')}"
        print(f"{receipt.person_id}: {erased} erased {receipt.erased}")
        for problem in problems:
            print(f"  {problem}")
        found = counted(len(problems), "problem") if problems else "no problems"
        print(f"checked: {', '.join(checked)}; {found}")
    if problems:
        raise typer.Exit(FAILED)


def _receipt(file: Path) -> ErasureReceiptOut:
    from pydantic import ValidationError

    from facemetric.wire import ErasureReceiptOut

    try:
        return ErasureReceiptOut.model_validate_json(file.read_bytes())
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", item=str(file)) from error
    except ValidationError as error:
        raise InputError("is no receipt of an erasure", item=str(file)) from error
