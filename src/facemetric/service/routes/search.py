"""Who an embedding is of, for callers who embed by themselves."""

from __future__ import annotations

import numpy as np
from fastapi import APIRouter, Response

from facemetric.decide import Ranked, decide_who, odds_table, stranger_risk_of
from facemetric.errors import InputError
from facemetric.service.access import GuardedRoute, needs
from facemetric.service.answers import GalleryName, TheKey, TheService, answer
from facemetric.service.workforce import Deadline
from facemetric.types import Match
from facemetric.wire import CandidateOut, OddsOut, SearchedOut, SearchOut, ThresholdOut
from facemetric.wire.requests import SearchIn

router = APIRouter(tags=["galleries"], route_class=GuardedRoute)


@router.post(
    "/v1/galleries/{gallery}/search",
    response_model=SearchOut,
    summary="Search by embedding",
    openapi_extra=needs("read", takes="json"),
)
async def search(
    gallery: GalleryName, asked: SearchIn, service: TheService, key: TheKey
) -> Response:
    """Look embeddings up: unit vectors of the gallery's bundle, from `embed` or the library."""
    opened = service.engine.gallery(gallery)
    recognizer = service.engine.recognizer

    def work(deadline: Deadline) -> SearchOut:
        if any(len(row) != opened.dim for row in asked.embeddings):
            raise InputError(f"expected {opened.dim} values each", item="embeddings")
        queries = np.array(asked.embeddings, np.float32)
        chosen = recognizer.gallery_threshold(
            opened, stranger_risk=asked.stranger_risk, threshold=asked.threshold
        )
        odds = odds_table(recognizer.bundle.manifest, flip=recognizer.flip)
        found = opened.search(queries, asked.candidates, by=asked.by, groups=asked.groups)
        compared = max(opened.compared(), *map(len, found))
        stats = opened.stats()

        def decided(matches: list[Match]) -> SearchedOut:
            ranked = [Ranked(one.person_id, one.similarity, one.similarity) for one in matches]
            decision = decide_who(ranked, chosen, compared=compared, odds=odds)
            first = matches[0] if matches and decision.name is not None else None
            return SearchedOut(
                name=first.name if first else None,
                person_id=first.person_id if first else None,
                reason=decision.reason,
                candidates=tuple(CandidateOut.model_validate(one) for one in matches),
                odds=OddsOut.model_validate(decision.odds) if decision.odds else None,
                stranger_rate=decision.stranger_rate,
            )

        answers = tuple(decided(matches) for matches in found)
        named = sum(one.person_id is not None for one in answers)
        service.audit("search", key, gallery=opened, counts={"faces": len(found), "named": named})
        return SearchOut(
            gallery=gallery,
            bundle=recognizer.bundle.id,
            people=stats.people,
            threshold=ThresholdOut.model_validate(chosen),
            stranger_risk=stranger_risk_of(chosen, stats.samples),
            answers=answers,
        )

    return answer(await service.workforce.paperwork(key, work))
