"""Erasing on the command line: what is erased leaves a receipt and an entry in the audit log."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Literal, Self

import typer

from facemetric.cli.output import complain
from facemetric.errors import InputError, PersonError

if TYPE_CHECKING:
    from facemetric.gallery import Gallery
    from facemetric.vault import AuditLog, MasterKey

AuditFile = Annotated[
    Path | None,
    typer.Option(
        "--audit",
        metavar="LOG",
        envvar="FACEMETRIC_AUDIT",
        help="Enter it into this audit log. A new one is chained with the gallery's key, where "
        "there is one.",
        show_default=False,
    ),
]
PlainLog = Annotated[
    bool,
    typer.Option(
        "--plain-log", help="The audit log was begun without a key, although there is one."
    ),
]


class Erasing:
    """Opens the receipt's file and the log before anything is erased.

    Parameters
    ----------
    receipts
        Where receipts go; `None`: nowhere.
    audit
        The audit log; `None`: none.
    key
        Signs receipts, and chains a new log.
    plain_log
        The log was begun without a key.
    several
        Append lines to ``receipts``, rather than write one document into a new file.
    """

    def __init__(
        self,
        receipts: Path | None,
        audit: Path | None,
        key: MasterKey | None,
        *,
        plain_log: bool = False,
        several: bool = False,
    ) -> None:
        self._plain_log = plain_log
        self._receipts, self._audit, self._key, self._several = receipts, audit, key, several
        self._file: IO[str] | None = None
        self._log: AuditLog | None = None

    def __enter__(self) -> Self:
        from facemetric.vault import open_log

        if self._audit is not None:
            is_new = not self._audit.exists()
            self._log = open_log(self._audit, key=self._key, plain=self._plain_log)
            if is_new:
                complain(f"new audit log: {self._audit.absolute()}")
        if self._receipts is not None:
            flags = os.O_CREAT | os.O_WRONLY | (os.O_APPEND if self._several else os.O_EXCL)
            try:
                self._file = os.fdopen(os.open(self._receipts, flags, 0o600), "w")
            except OSError as error:
                raise InputError(
                    f"the receipt cannot be written: {error.strerror}",
                    item=str(self._receipts),
                    fix="Name another file; nobody was erased",
                ) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._file is None or self._receipts is None:
            return
        is_empty = self._file.tell() == 0
        self._file.close()
        if kind is not None and is_empty and not self._several:
            self._receipts.unlink(missing_ok=True)

    def erase(
        self, gallery: Gallery, people: list[str], *, reason: Literal["request", "expired"]
    ) -> bool:
        """Erase people and return whether their bytes are gone from the files as well."""
        from facemetric.gallery import erase
        from facemetric.wire import to_json

        receipts = erase(gallery, people, reason=reason, log=self._log, key=self._key)
        if self._file is not None:
            for receipt in receipts:
                self._file.write(to_json(receipt, indent=None if self._several else 2) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        return all(receipt.purged for receipt in receipts) if receipts else gallery.purge()

    def erase_portraits(
        self, gallery: Gallery, person_id: str, samples: list[str]
    ) -> tuple[list[str], bool]:
        """Erase portraits of a person; what is gone is entered, whatever fails.

        Returns
        -------
        tuple
            The samples whose portraits went, without those that were gone already, and whether
            they are gone from the files as well.
        """
        done: list[str] = []
        purged = False
        self._enter("portrait.erase.begin", gallery, person_id, {"portraits": len(samples)})
        try:
            try:
                for sample in samples:
                    with suppress(PersonError):
                        gallery.remove_portrait(sample, purge=False)
                        done.append(sample)
            finally:
                purged = gallery.purge()
        finally:
            counts = {"portraits": len(done), "purged": int(purged)}
            self._enter("portrait.erase", gallery, person_id, counts)
        return done, purged

    def _enter(self, action: str, gallery: Gallery, person_id: str, counts: dict[str, int]) -> None:
        from facemetric.vault import Event

        if self._log is not None:
            about = {"gallery": gallery.id, "subject": person_id}
            self._log.append(Event(action, **about, counts=counts))


def confirm(question: str) -> None:
    """Ask on the terminal; end the command where the answer is no, or nobody can answer."""
    if not sys.stdin.isatty():
        complain("error: nothing was removed. Pass --yes to remove without asking")
        raise typer.Exit(2)
    if not typer.confirm(question, err=True):
        raise typer.Exit(2)


def tell_unpurged(purged: bool | None, gallery: str | None, *, encrypted: bool) -> None:
    """Say on standard error where bytes of what was erased are still in a gallery's files."""
    if purged is False:
        from facemetric.cli.galleries import gallery_address, shown_address
        from facemetric.gallery.rules import purge_command

        complain(
            "some bytes go from the files later: another process is reading, the disk is full, "
            "or the server clears them in its own time. Afterwards: "
            f"{purge_command(shown_address(gallery_address(gallery)), encrypted=encrypted)}"
        )
