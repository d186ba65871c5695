"""``facemetric evaluate``: figures under published protocols."""

from __future__ import annotations

import typer

from facemetric.cli.evaluate.bin import bin_
from facemetric.cli.evaluate.cfp import cfp
from facemetric.cli.evaluate.lfw import lfw
from facemetric.cli.evaluate.ytf import ytf

app = typer.Typer(help="Measure bundles under a published protocol, or on your own photographs.")

app.command(name="bin")(bin_)
app.command()(cfp)
app.command()(lfw)
app.command()(ytf)


@app.callback()
def _protocols() -> None:
    """Measure bundles under a published protocol, or on your own photographs."""
