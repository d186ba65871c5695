"""What a bundle says about the labels of a finished pack."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from facemetric.datasets.shards import ShardSource
from facemetric.embed import Embedder
from facemetric.errors import DataError
from facemetric.evaluation.cache import Progress
from facemetric.evaluation.embedding import FaceEmbedder
from facemetric.evaluation.faces import CentralFaceFinder
from facemetric.jobs.building import DatasetBuild
from facemetric.jobs.label_noise import STRANGER_SHARE, find_label_noise
from facemetric.jobs.lists import write_suspects
from facemetric.wire import AlikePeopleOut, LabelNoiseOut, SuspectOut


def judge_labels(
    build: DatasetBuild,
    embedder: Embedder,
    *,
    stranger_share: float = STRANGER_SHARE,
    cache: Path | None = None,
    workers: int = 2,
    progress: Progress | None = None,
) -> LabelNoiseOut:
    """Embed the photographs of a pack and list labels that the embeddings contradict.

    The images are also listed beside the shards, see `write_suspects`. Photographs without a
    detected face are passed over.

    Parameters
    ----------
    build
        The pack, just built.
    embedder
        A bundle's network.
    stranger_share
        See `find_label_noise`.
    cache, workers, progress
        As for `facemetric.evaluation.FaceEmbedder`.

    Raises
    ------
    DataError
        The pack has one person only.
    """
    source = ShardSource(build.folder)
    if len(source.names) < 2:
        raise DataError(
            "labels are judged among several people, the pack has one",
            item=str(build.folder),
            fix="The pack itself is finished: leave out --label-noise",
        )
    rows = np.flatnonzero(source.found)
    finder = CentralFaceFinder(
        min_face_px=build.card.settings.min_face_px, cache=cache, workers=workers, processes=True
    )
    embed = FaceEmbedder(embedder, finder, cache=cache, workers=workers, progress=progress)
    vectors, found = embed([build.originals[row] for row in rows])
    rows, vectors = rows[found], vectors[found]
    noise = find_label_noise(vectors, source.labels[rows], stranger_share=stranger_share)
    names = source.names
    answer = LabelNoiseOut(
        bundle=embedder.bundle.id,
        judged=noise.judged,
        stranger_share=stranger_share,
        far_below=round(noise.far_below, 4),
        alike_from=None if noise.alike_from is None else round(noise.alike_from, 4),
        suspects=tuple(
            SuspectOut(
                source=source.item(int(rows[one.row])),
                person=names[source.labels[rows[one.row]]],
                own=round(one.own, 4),
                others=one.others,
                nearest=round(one.nearest, 4),
                like=names[one.like],
            )
            for one in noise.suspects
        ),
        alike=tuple(
            AlikePeopleOut(
                first=names[pair.first],
                second=names[pair.second],
                similarity=round(pair.similarity, 4),
            )
            for pair in noise.alike
        ),
    )
    write_suspects(build.folder, answer)
    return answer
