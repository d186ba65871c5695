"""``facemetric evaluate``: figures under published protocols."""

from __future__ import annotations

import typer

from facemetric.cli.evaluate.lfw import lfw

app = typer.Typer(help="Measure bundles under a published protocol, or on your own photographs.")

app.command()(lfw)


@app.callback()
def _protocols() -> None:
    """Measure bundles under a published protocol, or on your own photographs."""
