"""The application: every command is registered here, none does work on import."""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from facemetric._version import __version__
from facemetric.cli.options import EXIT_CODES

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
    from facemetric.cli import evaluate, models, people
    from facemetric.cli.cluster import cluster
    from facemetric.cli.demo import demo
    from facemetric.cli.detect import detect
    from facemetric.cli.doctor import doctor
    from facemetric.cli.enroll import enroll
    from facemetric.cli.identify import identify
    from facemetric.cli.verify import verify

    app.command()(detect)
    app.command()(verify)
    app.command()(enroll)
    app.command()(identify)
    app.add_typer(people.app, name="people")
    app.command()(cluster)
    app.add_typer(models.app, name="models")
    app.add_typer(evaluate.app, name="evaluate")
    app.command()(demo)
    app.command()(doctor)


_register()


def main() -> None:
    """Run the command line."""
    # A name that the terminal cannot show is no reason to stop.
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")
    app()
