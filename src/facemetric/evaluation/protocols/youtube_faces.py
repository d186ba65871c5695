"""YouTube Faces: pairs of videos in ten folds, compared by the mean over pairs of frames."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets import read_youtube_faces
from facemetric.evaluation.parts import Part
from facemetric.evaluation.protocols.pair_list import PairList, both, measure_list
from facemetric.evaluation.settings import Settings
from facemetric.evaluation.task import Task, fold_of_photos, person_numbers
from facemetric.types import Float32, Float64

FRAMES = 100
"""Frames of each video: FaceNet, section 5.7."""
NOTE = (
    "A frame in which no face is found is left out of its video's mean; where none has one, the "
    "squares in the middle of the frames, half their shorter side wide, stand for the face."
)


@dataclass(frozen=True, eq=False, kw_only=True)
class YoutubeFacesTask(Task):
    """Pairs of videos; ``photos`` are the frames, video by video.

    Wolf, Hassner, Maoz, "Face Recognition in Unconstrained Videos with Matched Background
    Similarity", CVPR 2011.

    Attributes
    ----------
    first_frame
        ``int64 (V,)``: the row in ``photos`` of each video's first frame, rising from 0.
    pairs
        ``int64 (P, 2)``: two videos.
    same
        ``bool (P,)``.
    fold_of_pair
        ``int64 (P,)``, from 0.
    """

    protocol: ClassVar[str] = "ytf"
    first_frame: NDArray[np.int64]
    pairs: NDArray[np.int64]
    same: NDArray[np.bool_]
    fold_of_pair: NDArray[np.int64]

    def measure(
        self, vectors: Float32, found: NDArray[np.bool_], settings: Settings
    ) -> tuple[Part, ...]:
        """Return the figures of the pairs of videos.

        The mean cosine over all pairs of frames is the product of the mean vectors, which are not
        brought to unit length. The pictures shown are of the frames nearest to those means.
        """
        seen = np.logical_or.reduceat(found, self.first_frame)
        counted = found | ~seen[self._video_of_photo()]
        means = self._means(vectors, counted)
        first, second = self.pairs.T
        shown = self._nearest_frames(vectors, counted, means)
        part = measure_list(
            PairList("video pairs", shown[self.pairs], self.same, self.fold_of_pair),
            np.einsum("pd,pd->p", means[first], means[second]),
            settings,
            people=person_numbers(self.people)[self.first_frame][self.pairs],
            found=both(seen, self.pairs),
            notes=() if found.all() else (NOTE,),
        )
        counts = {
            "videos": len(self.first_frame),
            "frames": len(self.photos),
            "frames left out": int((~counted).sum()),
            "videos without a face": int((~seen).sum()),
        }
        return (replace(part, counts={**part.counts, **counts}),)

    def _video_of_photo(self) -> NDArray[np.int64]:
        lengths = np.diff(self.first_frame, append=len(self.photos))
        return np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)

    def _means(self, vectors: Float32, counted: NDArray[np.bool_]) -> Float64:
        kept = vectors.astype(np.float64)
        kept[~counted] = 0
        totals = np.add.reduceat(kept, self.first_frame, axis=0)
        means: Float64 = totals / np.add.reduceat(counted, self.first_frame, dtype=float)[:, None]
        return means

    def _nearest_frames(
        self, vectors: Float32, counted: NDArray[np.bool_], means: Float64
    ) -> NDArray[np.int64]:
        video = self._video_of_photo()
        nearness = np.einsum("nd,nd->n", vectors, means[video])
        nearness[~counted] = -np.inf
        # Sorted by video and falling nearness, a video's nearest frame is its first.
        order = np.lexsort((-nearness, video))
        nearest: NDArray[np.int64] = order[self.first_frame]
        return nearest


def youtube_faces_task(
    root: Path,
    *,
    frames: int | None = FRAMES,
    frame_folder: str = "frame_images_DB",
    list_name: str = "splits.txt",
) -> YoutubeFacesTask:
    """Read YouTube Faces.

    Parameters
    ----------
    root
        Folder with the list and the folder of frames.
    frames
        At most this many of each video, the first ones; ``None`` for all.
    frame_folder
        ``"aligned_images_DB"`` for the authors' aligned frames.
    list_name
        Of the pair list inside ``root``: ``"splits_corrected.txt"`` has errors of labels mended.

    Raises
    ------
    DataError
        See `facemetric.datasets.read_youtube_faces`.
    """
    read = read_youtube_faces(root, frames=frames, frame_folder=frame_folder, list_name=list_name)
    lengths = np.array([len(shots) for shots in read.frames], np.int64)
    photos = tuple(shot for shots in read.frames for shot in shots)
    most = "all" if frames is None else f"the first {frames}"
    return YoutubeFacesTask(
        title=f"YouTube Faces, {read.folds} folds, mean over pairs of {most} frames",
        photos=photos,
        people=tuple(np.repeat(np.array(read.people), lengths).tolist()),
        fold=np.repeat(fold_of_photos(len(read.names), read.pairs, read.fold), lengths),
        conditions={
            "list": list_name,
            "folds": read.folds,
            "frames": "all" if frames is None else frames,
            "frame_folder": frame_folder,
        },
        first_frame=np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64),
        pairs=read.pairs,
        same=read.same,
        fold_of_pair=read.fold,
    )
