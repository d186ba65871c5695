"""``facemetric evaluate``: figures under published protocols."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from facemetric.cli.options import (
    DEFAULT_BUNDLE,
    BundleName,
    Flip,
    Json,
    Provider,
    ProviderName,
    Threads,
)
from facemetric.cli.output import counting, guarded

app = typer.Typer(help="Measure a bundle under a published protocol.")


@app.callback()
def _protocols() -> None:
    """Measure a bundle under a published protocol."""


@app.command()
@guarded
def lfw(
    data: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The lfw folder with pairs.txt.", show_default=False),
    ] = None,
    bundle: BundleName = DEFAULT_BUNDLE,
    min_face: Annotated[float, typer.Option(min=12, help="Smallest face in pixels.")] = 40,
    flip: Flip = True,
    cache: Annotated[
        bool, typer.Option("--cache/--no-cache", help="Keep faces and embeddings for next time.")
    ] = True,
    workers: Annotated[int, typer.Option(min=1, help="Photographs in work at a time.")] = 2,
    provider: ProviderName = Provider.cpu,
    threads: Threads = None,
    json_: Json = False,
) -> None:
    """LFW view 2: ten folds, the threshold of each chosen on the other nine.

    Example: facemetric evaluate lfw --bundle dlib-resnet-v1 --json
    """
    import json

    from facemetric.bundle import cache_folder, open_bundle
    from facemetric.datasets import data_root, read_lfw_pairs
    from facemetric.embed import Embedder
    from facemetric.evaluation import CentralFaceFinder, FaceEmbedder, evaluate_lfw

    pairs = read_lfw_pairs(data if data is not None else data_root() / "lfw")
    opened = open_bundle(bundle)
    folder = cache_folder() / "evaluation" if cache else None
    with counting("faces") as count_faces, counting("embeddings") as count_embeddings:
        finder = CentralFaceFinder(
            min_face_px=min_face, cache=folder, workers=workers, progress=count_faces
        )
        embedder = Embedder(opened, provider=provider.value, threads=threads, flip=flip)
        embed = FaceEmbedder(
            embedder, finder, cache=folder, workers=workers, progress=count_embeddings
        )
        result = evaluate_lfw(pairs, embed)
    if json_:
        about = {
            "schema": "facemetric.evaluate.lfw/1",
            "bundle": opened.id,
            "flip": flip,
            "min_face_px": min_face,
        }
        print(json.dumps(about | result.to_dict(), indent=2))
        return
    print(f"LFW, {opened.id}, {'flip averaging' if flip else 'no flip averaging'}")
    print(
        f"  accuracy     {result.accuracy:.4%} ± {result.accuracy_std:.4%} over the folds "
        f"(standard error {result.standard_error:.4%})"
    )
    print(f"  faces found  {result.faces_found} of {result.images}")
    for point in result.operating_points:
        print(f"  TAR@FAR {point.far:<5g} {point.tar:.4%}{'' if point.supported else '  *'}")
        if point.note:
            print(f"    {point.note}")
