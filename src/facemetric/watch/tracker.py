"""Faces of frames to tracks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from statistics import median

import numpy as np

from facemetric.detect import iou
from facemetric.types import Float32, Float64
from facemetric.watch.association import Pairs, assign, clear_pairs, likeness, within_reach
from facemetric.watch.shots import MOST_SHOTS, Sighting
from facemetric.watch.track import Track

Embed = Callable[[Sequence[Sighting]], Float32]
"""Returns the embeddings ``float32 (N, D)`` of sightings."""

_CHECK_S = 1.0
"""So often at least is the face of a track compared with its template."""
_STEPS = 2.5
"""A track is lost no sooner than after so many frames, where they come seldom."""
LONGEST_STEP_S = 4.0
"""Between frames that are further apart nobody can be followed."""


class Tracker:
    """Follows faces: constant velocity, overlap and appearance, the Hungarian method.

    A face that overlaps well with where one track is expected, and with no other's, is that
    track's; it is embedded only if it may become one of the best shots, or once a second to see
    that it is still the same person. All others are embedded and paired by overlap and likeness
    (``association.assign``). A face without a track begins one.

    Parameters
    ----------
    embed
        Embeds sightings.
    same
        Cosine from which two faces may be one person, to scale appearance by.
    lost_s
        A track that has not been seen for so long has ended, or for two and a half times as long as
        frames are apart, where that is more.
    most_shots
        How many best shots a track keeps.
    """

    def __init__(
        self, embed: Embed, *, same: float, lost_s: float = 1.5, most_shots: int = MOST_SHOTS
    ) -> None:
        self._embed = embed
        self._same = same
        self._lost_s = lost_s
        self._most_shots = most_shots
        self.tracks: list[Track] = []
        self.begun = 0
        self._frame_s: float | None = None
        self._steps_s: deque[float] = deque(maxlen=5)

    @property
    def step_s(self) -> float:
        """How far the last frames were apart: the median, 0 before there are two."""
        return median(self._steps_s) if self._steps_s else 0.0

    def update(self, sightings: Sequence[Sighting], at_s: float) -> list[Track]:
        """Take in the faces of one frame; return the tracks that have ended."""
        if self._frame_s is not None:
            self._steps_s.append(max(at_s - self._frame_s, 0.0))
        self._frame_s = at_s
        ended = self.drop(at_s)
        if sightings:
            self._pair(sightings, at_s)
        return ended

    def finish(self) -> list[Track]:
        """End all tracks and return them."""
        ended, self.tracks = self.tracks, []
        return ended

    def drop(self, at_s: float) -> list[Track]:
        """End the tracks that are lost by now, and return them."""
        lost_s = max(self._lost_s, _STEPS * min(self.step_s, LONGEST_STEP_S))
        ended = [track for track in self.tracks if at_s - track.last.at_s > lost_s]
        self.tracks = [track for track in self.tracks if track not in ended]
        return ended

    def _pair(self, sightings: Sequence[Sighting], at_s: float) -> None:
        tracks = self.tracks
        seen = np.stack([sighting.box_xyxy_px for sighting in sightings]).astype(np.float64)
        expected: Float64 = np.zeros((len(tracks), 4))
        for row, track in enumerate(tracks):
            expected[row] = track.motion.at(at_s)
        overlaps = np.asarray(iou(expected, seen), np.float64).reshape(len(tracks), len(sightings))
        clear = clear_pairs(overlaps)
        known = {n: tracks[t] for t, n in clear}
        self._look(
            [
                sighting
                for n, sighting in enumerate(sightings)
                if n not in known or self._wants(known[n], sighting)
            ]
        )
        sure: Pairs = []
        for t, n in clear:
            alike = self._alike(tracks[t], sightings[n])
            if alike is None or alike > 0:
                tracks[t].see(sightings[n], alike=alike)
                sure.append((t, n))
        self._pair_rest(sightings, at_s, expected, overlaps, seen, sure)

    def _pair_rest(
        self,
        sightings: Sequence[Sighting],
        at_s: float,
        expected: Float64,
        overlaps: Float64,
        seen: Float64,
        sure: Pairs,
    ) -> None:
        tracks = self.tracks
        left_t = [t for t in range(len(tracks)) if t not in {pair[0] for pair in sure}]
        left_n = [n for n in range(len(sightings)) if n not in {pair[1] for pair in sure}]
        paired: set[int] = set()
        if left_t and left_n:
            rows = np.stack([tracks[t].appearance for t in left_t]).astype(np.float64)
            columns = np.stack([_embedding(sightings[n]) for n in left_n]).astype(np.float64)
            alike = likeness(rows @ columns.T, self._same)
            unseen_s = np.array([at_s - tracks[t].last.at_s for t in left_t])
            reachable = within_reach(expected[left_t], seen[left_n], unseen_s)
            for row, column in assign(overlaps[np.ix_(left_t, left_n)], alike, reachable):
                track, sighting = tracks[left_t[row]], sightings[left_n[column]]
                track.see(sighting, alike=float(alike[row, column]))
                paired.add(left_n[column])
        for n in left_n:
            if n not in paired:
                self.begun += 1
                tracks.append(Track(self.begun, sightings[n], most_shots=self._most_shots))

    def _wants(self, track: Track, sighting: Sighting) -> bool:
        stale = sighting.at_s - track.checked_s >= _CHECK_S
        return stale or track.shots.wants(sighting.weight)

    def _look(self, sightings: Sequence[Sighting]) -> None:
        if sightings:
            for sighting, row in zip(sightings, self._embed(sightings), strict=True):
                sighting.embedding = row

    def _alike(self, track: Track, sighting: Sighting) -> float | None:
        if sighting.embedding is None:
            return None
        similarity = float(track.appearance.astype(np.float64) @ sighting.embedding)
        return float(likeness(np.array(similarity), self._same))


def _embedding(sighting: Sighting) -> Float32:
    assert sighting.embedding is not None
    return sighting.embedding
