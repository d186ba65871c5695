"""MXNet's RecordIO and InsightFace's ``train.rec``, written as the formats are published."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

MAGIC = struct.pack("<I", 0xCED7230A)


def record(data: bytes) -> bytes:
    """One record: cut where the data hold the magic word at a multiple of four."""
    parts, start = [], 0
    for at in range(0, len(data) - 3, 4):
        if data[at : at + 4] == MAGIC:
            parts.append(data[start:at])
            start = at + 4
    parts.append(data[start:])
    flags = [0] if len(parts) == 1 else [1, *[2] * (len(parts) - 2), 3]
    return b"".join(
        MAGIC + struct.pack("<I", flag << 29 | len(part)) + part + bytes(-len(part) % 4)
        for flag, part in zip(flags, parts, strict=True)
    )


def image_data(labels: float | Sequence[float], picture: bytes, *, number: int = 0) -> bytes:
    """MXNet's header (a label, or several in an array) and the encoded picture."""
    if isinstance(labels, int | float):
        return struct.pack("<IfQQ", 0, labels, number, 0) + picture
    array = struct.pack(f"<{len(labels)}f", *labels)
    return struct.pack("<IfQQ", len(labels), 0, number, 0) + array + picture


def write_records(path: Path, datas: Sequence[bytes], *, index: bool = True) -> list[int]:
    """Write a ``.rec`` and, with keys from 0, its ``.idx``; return the offsets."""
    offsets, content = [], b""
    for data in datas:
        offsets.append(len(content))
        content += record(data)
    path.write_bytes(content)
    if index:
        lines = [f"{key}\t{offset}\n" for key, offset in enumerate(offsets)]
        path.with_suffix(".idx").write_text("".join(lines))
    return offsets


def build_insightface(
    folder: Path,
    people: Sequence[tuple[int, Sequence[bytes]]],
    *,
    label_arrays: bool = False,
    size_px: tuple[int, int] | None = None,
) -> Path:
    """Write ``train.rec``, ``train.idx`` and ``property``: people are numbers and pictures."""
    images = [(number, picture) for number, pictures in people for picture in pictures]
    datas = [image_data([len(images) + 1.0, len(images) + 1.0 + len(people)], b"")]
    for key, (number, picture) in enumerate(images, start=1):
        label = [float(number), 0.0] if label_arrays else float(number)
        datas.append(image_data(label, picture, number=key))
    start = 1
    for _, pictures in people:
        datas.append(image_data([float(start), float(start + len(pictures))], b""))
        start += len(pictures)
    folder.mkdir(parents=True, exist_ok=True)
    if size_px is not None:
        (folder / "property").write_text(f"{len(people)},{size_px[0]},{size_px[1]}\n")
    write_records(folder / "train.rec", datas)
    return folder / "train.rec"
