"""Packed chips of people who do not exist, with pictures that are plain bytes."""

from __future__ import annotations

from facemetric.datasets.shards import ChipRecord, PackedChip


def made_chip(person: str, number: int, *, found: bool = True, size: int = 300) -> PackedChip:
    """A chip whose "picture" is told from every other by its bytes."""
    name = f"{person}/{person}_{number:04d}.jpg"
    record = ChipRecord(
        person=person,
        label=0,
        source=name,
        found=found,
        sha256="0" * 64,
        box_xyxy_px=(1.0, 2.0, 30.123456, 40.0),
        score=0.987654321,
        landmarks_px=((1.0, 2.0),) * 5,
        quality={"sharpness": 12.345678, "size_px": 29.0},
    )
    return PackedChip((name.encode() + b"|").ljust(size, b"."), record)
