"""Faces of photographs against the people of a gallery."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from facemetric.decide import (
    CLASSIFIERS,
    Identification,
    OddsTable,
    Ranked,
    Threshold,
    decide_who,
    identify_many,
)
from facemetric.detect import Select
from facemetric.errors import InputError
from facemetric.gallery import Gallery
from facemetric.recognizer.pipeline import Photo, Pipeline
from facemetric.recognizer.seen import IdentifiedFace, IdentifiedPhoto, SeenPhoto
from facemetric.types import Float32, ItemError, Match

_Decide = Callable[[Float32], list[Identification]]


def identify_photos(
    pipeline: Pipeline,
    gallery: Gallery,
    photos: Iterable[Photo],
    *,
    threshold: Threshold,
    odds: OddsTable | None,
    classifier: str,
    candidates: int,
    groups: Sequence[str] | None,
    select: Select,
    max_faces: int | None,
) -> Iterator[IdentifiedPhoto | ItemError]:
    """Identify the faces of photographs; see ``Recognizer.identify_many``."""
    decide, ids = _decider(gallery, classifier, threshold, odds, candidates, groups)
    for photo in pipeline.see(photos, select=select, max_faces=max_faces):
        if isinstance(photo, ItemError):
            yield photo
        else:
            yield _identified(photo, decide, ids)


def _decider(
    gallery: Gallery,
    classifier: str,
    threshold: Threshold,
    odds: OddsTable | None,
    candidates: int,
    groups: Sequence[str] | None,
) -> tuple[_Decide, dict[str, str]]:
    """Return what decides on embeddings, and the id of each name."""
    build = CLASSIFIERS[classifier]
    if candidates < 1:
        raise InputError(f"expected at least 1, got {candidates}", item="candidates")
    if groups is not None and classifier != "nearest":
        raise InputError(f"{classifier!r} looks at everybody", item="groups", fix="Use 'nearest'")
    ids: dict[str, str] = {}
    # The gallery's own search answers for the nearest neighbour; and nobody enrolled is no error.
    if classifier == "nearest" or not gallery.compared():

        def search(queries: Float32) -> list[Identification]:
            decisions = []
            found = gallery.search(queries, candidates, groups=groups)
            # Another process may enrol and rename while this one looks.
            compared = max(gallery.compared(), *map(len, found))
            for matches in found:
                ids.update((match.name, match.person_id) for match in matches)
                ranked = [Ranked(m.name, m.similarity, m.similarity) for m in matches]
                decisions.append(decide_who(ranked, threshold, compared=compared, odds=odds))
            return decisions

        return search, ids
    vectors = gallery.vectors()
    ids = {name: person for person, name in vectors.names.items()}
    fitted = build().fit(
        vectors.embeddings, [vectors.names[person] for person in vectors.person_ids]
    )
    return lambda queries: identify_many(queries, fitted, threshold, candidates, odds=odds), ids


def _identified(photo: SeenPhoto, decide: _Decide, ids: dict[str, str]) -> IdentifiedPhoto:
    if not photo.faces:
        return IdentifiedPhoto(photo, ())
    decisions = decide(np.stack([seen.embedding for seen in photo.faces]))
    return IdentifiedPhoto(
        photo,
        tuple(
            IdentifiedFace(
                seen=seen,
                decision=decision,
                person_id=None if decision.name is None else ids[decision.name],
                candidates=tuple(
                    Match(ids[one.label], one.label, one.similarity) for one in decision.candidates
                ),
            )
            for seen, decision in zip(photo.faces, decisions, strict=True)
        ),
    )
