"""InsightFace's ``.bin``: a pickle of encoded 112x112 pictures and the issame list."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path

import cv2

from facemetric.align import align_faces
from facemetric.images import load_image

from .faces import FaceOf


def build_bin(
    path: Path,
    pairs: Sequence[tuple[Path, Path, bool]],
    *,
    face_of: FaceOf,
    jpeg_quality: int = 95,
    pickle_protocol: int = 4,
) -> Path:
    """Align both faces of each pair to ``arcface-112`` and write the set as InsightFace does."""
    encoded: dict[Path, bytes] = {}
    for photo in sorted({photo for pair in pairs for photo in pair[:2]}):
        image = load_image(photo)
        (chip,) = align_faces(image, [face_of(photo)], "arcface-112")
        done, data = cv2.imencode(
            ".jpg", chip.pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality]
        )
        assert done
        encoded[photo] = data.tobytes()
    images = [encoded[photo] for first, second, _ in pairs for photo in (first, second)]
    same = [bool(genuine) for _, _, genuine in pairs]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps((images, same), pickle_protocol))
    return path
