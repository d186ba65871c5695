"""Progress over people."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

Progress = Annotated[bool, typer.Option("--progress/--quiet", help="Show progress.")]


@contextmanager
def counting_people(total: int | None, shown: bool) -> Iterator[Callable[[int], None]]:
    """Show how many people are through, on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    if not shown or not sys.stderr.isatty():
        yield lambda people: None
        return
    columns = ("people", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda people: bar.update(task, completed=people)
