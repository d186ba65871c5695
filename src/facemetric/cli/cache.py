"""``facemetric cache``: faces and embeddings kept by evaluations."""

from __future__ import annotations

from pathlib import Path

import typer

from facemetric.cli.options import Json
from facemetric.cli.output import counted, guarded, print_json

app = typer.Typer(help="Show or delete what evaluations keep to be quick the next time.")


@app.command("show")
@guarded
def show(json_: Json = False) -> None:
    """Say where the cache is and how large.

    Example: facemetric cache show
    """
    folder, files, size_bytes = _cache()
    if json_:
        _print_json(folder, files, size_bytes, cleared=False)
    else:
        print(f"{folder}: {counted(files, 'file')}, {size_bytes / 1e6:.1f} MB")


@app.command("clear")
@guarded
def clear(json_: Json = False) -> None:
    """Delete the faces and embeddings that evaluations have kept.

    Example: facemetric cache clear
    """
    from facemetric.evaluation import clear_cache

    folder, files, size_bytes = _cache()
    clear_cache(folder)
    if json_:
        _print_json(folder, files, size_bytes, cleared=True)
    else:
        print(f"deleted {counted(files, 'file')}, {size_bytes / 1e6:.1f} MB")


def _cache() -> tuple[Path, int, int]:
    from facemetric.bundle import cache_folder
    from facemetric.evaluation import cache_size

    folder = cache_folder() / "evaluation"
    return folder, *cache_size(folder)


def _print_json(folder: Path, files: int, size_bytes: int, *, cleared: bool) -> None:
    from facemetric.wire import CacheOut

    print_json(CacheOut(folder=str(folder), files=files, size_bytes=size_bytes, cleared=cleared))
