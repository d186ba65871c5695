"""``facemetric gallery index``: how a gallery on a server looks for the nearest faces."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.keys import KeyCommand, KeyFile, master_key
from facemetric.cli.options import GalleryAddress, Json
from facemetric.cli.output import guarded, print_json

if TYPE_CHECKING:
    from facemetric.gallery import SearchIndex
    from facemetric.wire import GalleryIndexOut


class Kind(StrEnum):
    """Ways to look for the nearest."""

    exact = "exact"
    hnsw = "hnsw"


@guarded
def index(
    kind: Annotated[
        Kind | None,
        typer.Argument(help="Build an approximate index, or drop it; shown where left out."),
    ] = None,
    gallery: GalleryAddress = None,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    m: Annotated[int, typer.Option(min=2, max=100, help="Links of a node of the graph.")] = 16,
    ef_construction: Annotated[
        int, typer.Option(min=4, max=1000, help="Breadth of the search for links.")
    ] = 64,
    ef_search: Annotated[
        int, typer.Option(min=10, max=1000, help="Breadth of a search: more finds more.")
    ] = 100,
    queries: Annotated[
        int, typer.Option(min=10, help="Enrolled samples to measure the recall with.")
    ] = 200,
    seed: Annotated[int, typer.Option(help="Which samples those are.")] = 0,
    json_: Json = False,
) -> None:
    """Build an approximate index, say how much it finds, or drop it.

    Example: facemetric gallery index hnsw --gallery "postgresql://faces@db.example/staff"
    """
    from facemetric.cli.galleries import gallery_address, open_existing, shown_address
    from facemetric.gallery import SearchIndex

    key = master_key(key_file, key_command)
    with open_existing(gallery, key=key, read_only=kind is None) as opened:
        found = opened.search_index()
        if kind is not None:
            wanted = SearchIndex(kind.value, m, ef_construction, ef_search)
            found = opened.build_index(wanted, queries=queries, seed=seed)
    document = _document(shown_address(gallery_address(gallery)), found)
    if json_:
        print_json(document)
    else:
        _print(document)


def _document(address: str, found: SearchIndex) -> GalleryIndexOut:
    from facemetric.wire import GalleryIndexOut

    graph = found.kind != "exact"
    return GalleryIndexOut(
        gallery=address,
        kind=found.kind,
        m=found.m if graph else None,
        ef_construction=found.ef_construction if graph else None,
        ef_search=found.ef_search if graph else None,
        recall=found.recall if graph else None,
        queries=found.queries if graph else None,
    )


def _print(document: GalleryIndexOut) -> None:
    print(document.gallery)
    if document.recall is None:
        print("  exact: every sample is compared")
        return
    print(
        f"  HNSW graph, m {document.m}, ef_construction {document.ef_construction}, "
        f"ef_search {document.ef_search}"
    )
    print(
        f"  finds {100 * document.recall:.1f} % of the ten nearest "
        f"({document.queries} enrolled samples, each looked for among the others)"
    )
