"""``facemetric audit``: what was done, and whether the log of it is as it was written."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.keys import KeyCommand, KeyFile, master_key
from facemetric.cli.options import Json
from facemetric.cli.output import FAILED, counted, guarded, print_json, table

if TYPE_CHECKING:
    from facemetric.wire import AuditEventOut

app = typer.Typer(help="Show and verify an audit log.")

Log = Annotated[Path, typer.Argument(metavar="LOG", help="The audit log: a .jsonl file.")]


@app.command()
@guarded
def verify(
    log: Log,
    head: Annotated[
        str | None,
        typer.Option(
            "--head",
            metavar="NUMBER:DIGEST",
            help="An entry that was there before, from an earlier verify or a receipt: shows "
            "whether the log was cut off or written anew since.",
            show_default=False,
        ),
    ] = None,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    json_: Json = False,
) -> None:
    """Follow a log's chain; name the first entry that is not as it was written (exit code 4).

    Example: facemetric audit verify audit.jsonl --key-file master.key
    """
    from facemetric.vault import Head, verify_log
    from facemetric.wire import AuditVerifyOut

    verdict = verify_log(
        log,
        key=master_key(key_file, key_command),
        head=None if head is None else Head.parse(head),
    )
    if json_:
        document = AuditVerifyOut(
            file=str(log),
            entries=verdict.entries,
            head=None if verdict.head is None else str(verdict.head),
            bad_entry=verdict.bad_entry,
            problem=verdict.problem,
        )
        print_json(document)
    else:
        if verdict.is_sound:
            print(f"sound: {counted(verdict.entries, 'entry', 'entries')}")
        else:
            print(f"entry {verdict.bad_entry} {verdict.problem}")
            before = counted(verdict.entries, "entry", "entries")
            print(f"{before} before it {'is' if verdict.entries == 1 else 'are'} sound")
        if verdict.head is not None:
            print(f"head {verdict.head}")
    if not verdict.is_sound:
        raise typer.Exit(FAILED)


@app.command()
@guarded
def show(
    log: Log,
    last: Annotated[int, typer.Option("--last", min=1, help="How many, the newest.")] = 50,
    subject: Annotated[
        str | None,
        typer.Option("--subject", metavar="ID", help="Entries about this id alone."),
    ] = None,
    json_: Json = False,
) -> None:
    """Show the newest entries of a log. It does not verify them.

    Example: facemetric audit show audit.jsonl --last 20
    """
    from facemetric.gallery import event_document
    from facemetric.vault import read_back
    from facemetric.wire import AuditShowOut

    newest = read_back(log, about=() if subject is None else (subject,))
    wanted = (entry for entry in newest if subject in (None, entry.event.subject))
    entries = [*islice(wanted, last)][::-1]
    if json_:
        print_json(AuditShowOut(file=str(log), entries=tuple(map(event_document, entries))))
        return
    rows = [
        (str(out.number), out.at[:19], out.action, out.outcome, out.subject or "", _counts(out))
        for out in map(event_document, entries)
    ]
    if rows:
        table(rows, ("entry", "at (UTC)", "action", "outcome", "subject", "counts"))
    print(counted(len(rows), "entry", "entries"))


def _counts(out: AuditEventOut) -> str:
    return ", ".join(f"{name} {value:,}" for name, value in out.counts.items())
