"""What a command prints, where errors go, and how it ends."""

from __future__ import annotations

import functools
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import typer

from facemetric.errors import FacemetricError, SourceError

if TYPE_CHECKING:
    from facemetric.types import ItemError
    from facemetric.wire import Wire

P = ParamSpec("P")
T = TypeVar("T")

SOME_FAILED = 3
FAILED = 4
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")


class SourcesError(SourceError):
    """None of several sources can be read; ``errors`` has what was wrong with each."""

    def __init__(self, cause: str, errors: Sequence[ItemError]) -> None:
        super().__init__(cause)
        self.errors = tuple(errors)


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """Turn an expected error into a message and exit code 4; ``--json`` prints it as JSON."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except FacemetricError as error:
            each = error.errors if isinstance(error, SourcesError) else ()
            if kwargs.get("json_"):
                from facemetric.types import ItemError
                from facemetric.wire import ErrorOut, FailureOut

                item = ErrorOut.of(ItemError.of(error, item=error.item or "facemetric"))
                print_json(FailureOut(error=item, errors=tuple(map(ErrorOut.of, each))))
            else:
                for failed in each:
                    complain(f"failed: {failed}")
                mistakes: Sequence[str] = getattr(error, "mistakes", ())
                if mistakes:
                    complain(f"error: {error.item}: {error.cause.splitlines()[0]}")
                    for mistake in mistakes:
                        complain(f"  {mistake}")
                else:
                    complain(f"error: {error}")
            raise typer.Exit(FAILED) from error

    return run


def complain(text: str) -> None:
    """Print a line on standard error."""
    print(shown(text), file=sys.stderr)


def shown(text: str) -> str:
    """Return text that may hold a file's name, with what a terminal would obey spelt out."""
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with the word for so many: ``1 face``, ``2,000 faces``, ``0 people``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def people_counted(number: int) -> str:
    """Return ``1 person``, or how many people."""
    return counted(number, "person", "people")


def print_json(document: Wire) -> None:
    """Print one document, in ASCII where standard output takes no more."""
    from facemetric.wire import to_json

    text = to_json(document)
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        text = json.dumps(json.loads(text), indent=2)
    print(text)


def finish(errors: Iterable[ItemError], *, done: int, json_: bool, most: int | None = None) -> None:
    """Name the items that failed, at most so many; leave with 3 (some), 4 (all), or 0 (none)."""
    failed = list(errors)
    if not failed:
        return
    if not json_:
        for error in failed[:most]:
            complain(f"failed: {error}")
        if most is not None and len(failed) > most:
            complain(f"… and {len(failed) - most:,} more: --json names them all")
        complain(f"{len(failed)} failed, {done} done")
    raise typer.Exit(SOME_FAILED if done else FAILED)


def progress(items: Iterable[T], *, total: int, label: str) -> Iterator[T]:
    """Yield the items under a progress bar on standard error, where that is a terminal."""
    with counting(label) as count:
        for done, item in enumerate(items):
            count(done, total)
            yield item


@contextmanager
def counting(label: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function ``(done, total)`` that moves a progress bar, where there is a terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def table(rows: Sequence[tuple[str, ...]], header: tuple[str, ...]) -> None:
    """Print a plain table: the columns as wide as their contents, nothing cut."""
    columns = list(zip(header, *rows, strict=True))
    widths = [max(map(_width, column)) for column in columns]
    for row in (header, *rows):
        cells = (
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        print("  ".join(cells).rstrip())


def _width(text: str) -> int:
    """Columns on a terminal: Korean letters and pictures take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in text
    )
