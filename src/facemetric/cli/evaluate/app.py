"""``facemetric evaluate``: figures under published protocols."""

from __future__ import annotations

import typer

from facemetric.cli.evaluate.bin import bin_
from facemetric.cli.evaluate.cfp import cfp
from facemetric.cli.evaluate.folder import folder
from facemetric.cli.evaluate.holdout import holdout
from facemetric.cli.evaluate.ijb import ijb
from facemetric.cli.evaluate.lfw import lfw
from facemetric.cli.evaluate.megaface import megaface
from facemetric.cli.evaluate.open_set import open_set
from facemetric.cli.evaluate.personal import personal
from facemetric.cli.evaluate.ytf import ytf

app = typer.Typer(help="Measure bundles under a published protocol, or on your own photographs.")

app.command(name="bin")(bin_)
app.command()(cfp)
app.command()(folder)
app.command()(holdout)
app.command()(ijb)
app.command()(lfw)
app.command()(megaface)
app.command(name="open-set")(open_set)
app.command()(personal)
app.command()(ytf)


@app.callback()
def _protocols() -> None:
    """Measure bundles under a published protocol, or on your own photographs."""
