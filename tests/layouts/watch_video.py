"""A video of real faces that come and go, and the truth about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from facemetric.recognizer import default_detector
from facemetric.types import Image, UInt8

WIDTH_PX, HEIGHT_PX, FPS = 640, 480, 25
_PATCH_PX = 256
_CONTEXT = 2.0
_FADE_S, _SLIDE_S = 0.4, 0.5
_LANES_X = (0.18, 0.5, 0.82)


@dataclass(frozen=True)
class Stay:
    """Somebody in view; ``photos`` are shown one after the other."""

    person: str
    listed: bool
    photos: tuple[Path, ...]
    lane: int
    start_s: float
    end_s: float


def face_patch(path: Path) -> UInt8:
    """Cut the face that is nearest the middle out of a photograph, with some context."""
    pixels = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    height, width = pixels.shape[:2]
    faces = default_detector(threads=1).detect(Image(pixels, (width, height)))
    assert faces, path
    middles = [face.box_xyxy_px.reshape(2, 2).mean(axis=0) for face in faces]
    at = min(range(len(faces)), key=lambda n: np.hypot(*(middles[n] - (width / 2, height / 2))))
    half = _CONTEXT * np.ptp(faces[at].box_xyxy_px.reshape(2, 2), axis=0).mean() / 2
    scale = _PATCH_PX / (2 * half)
    x, y = middles[at] - half
    move = np.array([[scale, 0, -x * scale], [0, scale, -y * scale]])
    return cv2.warpAffine(
        pixels, move, (_PATCH_PX, _PATCH_PX), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT
    )


def frames(stays: Sequence[Stay], *, length_s: float, seed: int = 0) -> Iterator[UInt8]:
    """Draw every frame: patches that slide in, sway, come nearer and slide out, with some noise."""
    rng = np.random.default_rng(seed)
    room = _room(rng)
    patches = {path: face_patch(path) for stay in stays for path in stay.photos}
    phases = rng.uniform(0, 2 * np.pi, (len(stays), 3))
    mask = _oval()
    for number in range(round(length_s * FPS)):
        at_s = number / FPS
        canvas = room.copy()
        for stay, phase in zip(stays, phases, strict=True):
            if stay.start_s <= at_s < stay.end_s:
                patch = _patch_at(stay, at_s, patches)
                _paste(canvas, patch, mask, _placing(stay, at_s, phase))
        noise = rng.normal(0, 2.5, canvas.shape[:2])[..., None]
        yield np.clip(canvas + noise, 0, 255).astype(np.uint8)


def write_video(
    target: Path | str, pictures: Iterator[UInt8], *, form: str | None = None, fps: int = FPS
) -> None:
    """Encode frames as H.264 into a file, or whatever else PyAV writes to."""
    with av.open(str(target), "w", format=form) as container:
        options = {"crf": "20", "preset": "veryfast", "g": str(fps)}
        stream = container.add_stream("libx264", rate=fps, options=options)
        stream.pix_fmt = "yuv420p"
        for number, pixels in enumerate(pictures):
            if number == 0:
                stream.height, stream.width = pixels.shape[:2]
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def write_truth(target: Path, stays: Sequence[Stay]) -> None:
    """Write who is in view when, without the photographs' names."""
    rows = [asdict(stay) for stay in stays]
    for row in rows:
        del row["photos"]
    target.write_text(json.dumps(rows, indent=1), encoding="utf-8")


def _patch_at(stay: Stay, at_s: float, patches: dict[Path, UInt8]) -> UInt8:
    """Return the photograph of the moment, or two of them mixed between."""
    each_s = (stay.end_s - stay.start_s) / len(stay.photos)
    number, into_s = divmod(at_s - stay.start_s, each_s)
    number = min(int(number), len(stay.photos) - 1)
    patch = patches[stay.photos[number]]
    if number == 0 or into_s >= _FADE_S:
        return patch
    share = into_s / _FADE_S
    return cv2.addWeighted(patch, share, patches[stay.photos[number - 1]], 1 - share, 0)


def _placing(stay: Stay, at_s: float, phase: np.ndarray) -> tuple[float, float, float]:
    """Return centre x, y and side of a patch, in pixels."""
    into_s, left_s = at_s - stay.start_s, stay.end_s - at_s
    inside = min(1.0, into_s / _SLIDE_S, left_s / _SLIDE_S)
    side = HEIGHT_PX * (0.42 + 0.08 * np.sin(0.8 * at_s + phase[0]))
    x = WIDTH_PX * _LANES_X[stay.lane] + 14 * np.sin(1.1 * at_s + phase[1])
    y = HEIGHT_PX * 0.5 + 20 * np.sin(0.7 * at_s + phase[2])
    return x, y + (1 - inside) * HEIGHT_PX * 0.8, side


def _paste(
    canvas: UInt8, patch: UInt8, mask: np.ndarray, placing: tuple[float, float, float]
) -> None:
    x, y, side = placing
    scale = side / _PATCH_PX
    move = np.array([[scale, 0, x - side / 2], [0, scale, y - side / 2]])
    size = (WIDTH_PX, HEIGHT_PX)
    moved = cv2.warpAffine(patch, move, size, flags=cv2.INTER_AREA)
    alpha = cv2.warpAffine(mask, move, size)[..., None]
    canvas[:] = (canvas * (1 - alpha) + moved * alpha).astype(np.uint8)


def _oval() -> np.ndarray:
    mask = np.zeros((_PATCH_PX, _PATCH_PX), np.float32)
    middle = (_PATCH_PX // 2, _PATCH_PX // 2)
    cv2.ellipse(mask, middle, (105, 120), 0, 0, 360, 1.0, -1)
    return cv2.GaussianBlur(mask, (0, 0), 6)


def _room(rng: np.random.Generator) -> UInt8:
    """Draw walls, a floor and some furniture, blurred."""
    room = np.full((HEIGHT_PX, WIDTH_PX, 3), (158, 152, 140), np.uint8)
    room[HEIGHT_PX * 3 // 4 :] = (96, 84, 72)
    for _ in range(14):
        x, y = rng.integers(0, WIDTH_PX), rng.integers(0, HEIGHT_PX)
        width, height = rng.integers(20, 120, 2)
        colour = tuple(int(value) for value in rng.integers(60, 200, 3))
        cv2.rectangle(room, (int(x), int(y)), (int(x + width), int(y + height)), colour, -1)
    return cv2.GaussianBlur(room, (0, 0), 2)
