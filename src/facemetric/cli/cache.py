"""``facemetric cache``: faces and embeddings kept by evaluations."""

from __future__ import annotations

import typer

from facemetric.cli.output import guarded

app = typer.Typer(help="Show or delete what evaluations keep to be quick the next time.")


@app.command("show")
@guarded
def show() -> None:
    """Say where the cache is and how large.

    Example: facemetric cache show
    """
    from facemetric.bundle import cache_folder
    from facemetric.evaluation import cache_size

    folder = cache_folder() / "evaluation"
    files, size_bytes = cache_size(folder)
    print(f"{folder}: {files:,} files, {size_bytes / 1e6:.1f} MB")


@app.command("clear")
@guarded
def clear() -> None:
    """Delete the faces and embeddings that evaluations have kept.

    Example: facemetric cache clear
    """
    from facemetric.bundle import cache_folder
    from facemetric.evaluation import cache_size, clear_cache

    folder = cache_folder() / "evaluation"
    _, size_bytes = cache_size(folder)
    clear_cache(folder)
    print(f"deleted {size_bytes / 1e6:.1f} MB")
