"""Searches by people who are not enrolled, over all galleries of a size at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.types import Float32, Float64

_CHUNK = 512  # photographs looked up whose hits are in memory for every draw


@dataclass(frozen=True, eq=False, slots=True)
class StrangerHits:
    """The highest similarities of photographs to one photograph each of other people.

    Attributes
    ----------
    people
        How many there are, numbered from 0.
    probe_person
        ``int64 (Q,)``: who is on each photograph that is looked up.
    similarities
        ``float64 (K,)``, falling: every one of at least ``floor``.
    probes
        ``int64 (K,)``: which photograph, a row of ``probe_person``.
    others
        ``int64 (K,)``: the person whom it resembles.
    floor
        Below it nothing is known; -inf where all similarities are here.
    """

    people: int
    probe_person: NDArray[np.int64]
    similarities: Float64
    probes: NDArray[np.int64]
    others: NDArray[np.int64]
    floor: float

    def share_hit(self, count: int, gallery: int) -> float:
        """Return the share of searches that hit where the first ``count`` reach the threshold.

        Averaged over all galleries of ``gallery`` of the other people, not over some that are
        drawn: of P others, h of whom reach it, C(P - h, n) of the C(P, n) galleries hold none.
        """
        alike = np.bincount(self.probes[:count], minlength=len(self.probe_person))
        others = np.full(len(alike), self.people - 1)
        return float(1 - _missed(others, alike, gallery, _log_factorials(self.people)).mean())

    def shares_hit(self, threshold: float, gallery: int, draws: Float64) -> Float64:
        """Return ``float64 (B,)``: the same at a threshold in each of ``draws (B, people)``.

        A person who was drawn twice is two others, and looks up twice.
        """
        count = int(np.searchsorted(-self.similarities, -threshold, side="right"))
        if not count:
            return np.zeros(len(draws))
        order = np.argsort(self.probes[:count], kind="stable")
        probes, others = self.probes[:count][order], self.others[:count][order]
        starts = np.flatnonzero(np.diff(probes, prepend=-1))
        person = self.probe_person[probes[starts]]
        searches = np.bincount(self.probe_person, minlength=self.people)
        logs = _log_factorials(self.people)
        # People in rows: a hit fetches all draws of its person at once.
        times = np.ascontiguousarray(draws.T.astype(np.int32))
        hit = np.zeros(len(draws))
        for part in range(0, len(starts), _CHUNK):
            rows = slice(part, part + _CHUNK)
            first = starts[part]
            end = starts[part + _CHUNK] if part + _CHUNK < len(starts) else count
            alike = np.add.reduceat(times[others[first:end]], starts[rows] - first, axis=0)
            mine = times[person[rows]]
            hit += (mine * (1 - _missed(self.people - mine, alike, gallery, logs))).sum(axis=0)
        shares: Float64 = hit / (draws @ searches)
        return shares


def find_hits(
    vectors: Float32,
    person: NDArray[np.int64],
    *,
    draws: int,
    share: float,
    seed: int,
    chunk: int = 1024,
) -> StrangerHits:
    """Compare each photograph with one of every other person, drawn anew ``draws`` times.

    Parameters
    ----------
    vectors
        ``float32 (N, D)``, unit norm.
    person
        ``int64 (N,)``: numbered from 0, everybody there.
    draws
        How often the photographs that stand for the people are drawn; each draw makes ``N``
        searches of its own.
    share
        In (0, 1]: about this share of the comparisons is kept, the highest.
    seed
        Of the draws.
    chunk
        Photographs compared at a time.
    """
    random = np.random.default_rng(seed)
    people = int(person.max()) + 1
    floor = _floor(vectors, person, share, random)
    parts = []
    for draw in range(draws):
        stand_in = _one_each(person, random)
        for start in range(0, len(vectors), chunk):
            alike = vectors[start : start + chunk] @ vectors[stand_in].T
            mine = person[start : start + chunk]
            alike[np.arange(len(mine)), mine] = -np.inf
            row, other = np.nonzero(alike >= floor)
            finite = np.isfinite(alike[row, other])
            row, other = row[finite], other[finite]
            parts.append((alike[row, other], row + start + draw * len(vectors), other))
    similarities, probes, others = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.argsort(-similarities, kind="stable")
    return StrangerHits(
        people=people,
        probe_person=np.tile(person, draws),
        similarities=similarities[order].astype(np.float64),
        probes=probes[order],
        others=others[order],
        floor=float(floor),
    )


def _one_each(person: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
    """Return a random row of each person, in their order."""
    order = random.permutation(len(person))
    rows: NDArray[np.int64] = order[np.unique(person[order], return_index=True)[1]]
    return rows


def _floor(
    vectors: Float32, person: NDArray[np.int64], share: float, random: np.random.Generator
) -> float:
    """Return the similarity that about ``share`` of the comparisons with others reach."""
    if share >= 1:
        return -np.inf
    some = random.permutation(len(person))[:1000]
    stand_in = _one_each(person, random)
    alike = vectors[some] @ vectors[stand_in].T
    others = alike[person[some, None] != person[stand_in][None]]
    return float(np.quantile(others, 1 - share))


def _missed(
    others: NDArray[np.signedinteger], alike: NDArray[np.signedinteger], gallery: int, logs: Float64
) -> Float64:
    """Return ``C(others - alike, gallery) / C(others, gallery)``, elementwise."""
    missed = np.zeros(alike.shape)
    possible = others - alike >= gallery
    n, h = others[possible], alike[possible]
    missed[possible] = np.exp(logs[n - h] - logs[n - h - gallery] - logs[n] + logs[n - gallery])
    return missed


def _log_factorials(most: int) -> Float64:
    """Return the logarithms of 0! … most!."""
    logs: Float64 = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, most + 1)))])
    return logs
