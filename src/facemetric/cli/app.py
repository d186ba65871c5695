"""The application: every command is registered here, none does work on import."""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
from typing import Annotated, TextIO

import typer

from facemetric._version import __version__
from facemetric.cli.options import CLOSED_PIPE, CRASHED, EXIT_CODES, INTERRUPTED
from facemetric.cli.output import FAILED, complain

app = typer.Typer(
    name="facemetric",
    help="Face recognition you can train, measure and run.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"facemetric {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Face recognition you can train, measure and run."""


def _register() -> None:
    from facemetric.cli import api_keys, audit, cache, evaluate, gallery, models, people, vault
    from facemetric.cli.calibrate import calibrate
    from facemetric.cli.cluster import cluster
    from facemetric.cli.dataset import dataset
    from facemetric.cli.demo import demo
    from facemetric.cli.detect import detect
    from facemetric.cli.doctor import doctor
    from facemetric.cli.embed import embed
    from facemetric.cli.enroll import enroll
    from facemetric.cli.export import export
    from facemetric.cli.identify import identify
    from facemetric.cli.serve import serve
    from facemetric.cli.study import study
    from facemetric.cli.sweep import sweep
    from facemetric.cli.train import train
    from facemetric.cli.verify import verify
    from facemetric.cli.watch import watch

    app.command()(detect)
    app.command()(verify)
    app.command()(enroll)
    app.command()(identify)
    app.add_typer(people.app, name="people")
    app.add_typer(gallery.app, name="gallery")
    app.add_typer(vault.app, name="vault")
    app.add_typer(audit.app, name="audit")
    app.command()(cluster)
    app.command()(serve)
    app.add_typer(api_keys.app, name="keys")
    app.command()(watch)
    app.command()(embed)
    app.add_typer(models.app, name="models")
    app.add_typer(evaluate.app, name="evaluate")
    app.command()(study)
    app.command()(calibrate)
    app.command()(dataset)
    app.command()(train)
    app.command()(export)
    app.command()(sweep)
    app.add_typer(cache.app, name="cache")
    app.command()(demo)
    app.command()(doctor)


_register()


def main() -> None:
    """Run the command line and leave with one of the codes in ``EXIT_CODES``."""
    # A name that the terminal cannot show is no reason to stop.
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")
    code = _run()
    try:
        # Here, where what cannot be written can still be told from success.
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        code = CLOSED_PIPE if isinstance(error, BrokenPipeError) else _not_written(error)
        _discard(sys.__stdout__)
    if code == CLOSED_PIPE:
        _discard(sys.__stdout__)
        _discard(sys.__stderr__)
    sys.exit(code)


def _discard(stream: TextIO | None) -> None:
    """Let go of what is buffered, which would fail once more when the interpreter ends."""
    if stream is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _run() -> int | str | None:
    try:
        app()
    except SystemExit as end:
        # typer leaves with 1 for these two, which here means something else.
        if isinstance(end.__context__, BrokenPipeError):
            return CLOSED_PIPE
        if isinstance(end.__context__, typer.Abort):
            return INTERRUPTED
        return end.code
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            return _not_written(error)
        # A defect: shown in full, and never taken for an answer.
        traceback.print_exc()
        return CRASHED
    return 0


def _not_written(error: OSError) -> int:
    complain(f"error: the output cannot be written: {error.strerror}")
    return FAILED
