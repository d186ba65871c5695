"""Where Keras places the windows of convolutions and pools."""

from __future__ import annotations

from typing import Any


def pair(value: Any) -> tuple[int, int]:
    """Return one size for rows and columns as two; ValueError where one is not positive."""
    first, second = (value, value) if isinstance(value, int) else value
    if min(int(first), int(second)) < 1:
        raise ValueError(f"positive sizes wanted, got {value}")
    return int(first), int(second)


def placed(
    size: tuple[int, ...],
    window: tuple[int, ...],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    padding: str,
) -> tuple[tuple[int, int], tuple[int, int, int, int]]:
    """Return a window operator's output size and its padding, TensorFlow's way for ``"same"``."""
    if padding not in ("same", "valid"):
        raise ValueError(f"padding {padding!r} is unknown")
    out, starts, ends = [], [], []
    for length, width, step, spread in zip(size, window, stride, dilation, strict=True):
        reach = (width - 1) * spread + 1
        count = -(-length // step) if padding == "same" else (length - reach) // step + 1
        if count < 1:
            raise ValueError(f"a window of {reach} on {length} pixels")
        missing = max((count - 1) * step + reach - length, 0) if padding == "same" else 0
        out.append(count)
        starts.append(missing // 2)
        ends.append(missing - missing // 2)
    return (out[0], out[1]), (starts[0], starts[1], ends[0], ends[1])
