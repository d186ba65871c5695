"""``facemetric gallery``: galleries as wholes."""

from __future__ import annotations

import typer

from facemetric.cli.gallery.indexing import index
from facemetric.cli.gallery.moving import copy, export_, import_
from facemetric.cli.gallery.purging import purge
from facemetric.cli.gallery.showing import check, show
from facemetric.cli.gallery.upgrade import upgrade

app = typer.Typer(help="Show, check, purge, index, copy, export, import and upgrade galleries.")

app.command()(show)
app.command()(check)
app.command()(purge)
app.command()(index)
app.command()(copy)
app.command(name="export")(export_)
app.command(name="import")(import_)
app.command()(upgrade)
