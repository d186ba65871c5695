"""Microseconds a chip: decoding, each operation of augmentation, and its random numbers.

    python benchmarks/augmentation.py

The peer is Pillow doing the same to its own picture object, with no conversion timed; for decoding
also OpenCV alone, which tells nothing of damage. Chips are 112x112 with the spectrum of
photographs (amplitude 1/f), so no data are needed. One thread each.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO

import cv2
import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from _conditions import conditions, write_result
from _script import run_script
from facemetric.datasets import augmentation as ours
from facemetric.datasets.chips import decode_chip

SIDE_PX = 112
BARS = {"rng_us": 20.0, "flip_and_crop_us": 30.0, "decode_against_opencv": 1.35}

Work = Callable[[int], object]


def photographs(count: int, seed: int) -> list[np.ndarray]:
    """``uint8 (112, 112, 3)`` each, with amplitudes that fall as 1/f."""
    rng = np.random.default_rng(seed)
    rows, columns = np.meshgrid(*[np.fft.fftfreq(SIDE_PX)] * 2, indexing="ij")
    fall = 1 / np.maximum(np.hypot(rows, columns), 1 / SIDE_PX)
    made = []
    for _ in range(count):
        grey = np.fft.ifft2(fall * np.fft.fft2(rng.standard_normal((SIDE_PX, SIDE_PX)))).real
        tint = np.fft.ifft2(fall * np.fft.fft2(rng.standard_normal((SIDE_PX, SIDE_PX)))).real
        colours = np.stack([grey + 0.3 * tint, grey, grey - 0.3 * tint], axis=2)
        made.append((128 + 50 * colours / colours.std()).clip(0, 255).astype(np.uint8))
    return made


def medians_us(works: dict[str, Work], *, rounds: int, each: int) -> dict[str, float]:
    """Return medians over rounds; the works take turns, and a first round is not counted."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            start = time.perf_counter()
            for call in range(each):
                work(call)
            if number:
                taken[name].append((time.perf_counter() - start) / each * 1e6)
    return {name: float(np.median(times)) for name, times in taken.items()}


def operations(pixels: list[np.ndarray]) -> dict[str, tuple[Work, Work | None]]:
    """Return what ours and the peer do to the chip of a number, with the same parameters."""
    pictures = [Image.fromarray(one) for one in pixels]
    count = len(pixels)
    rng = np.random.default_rng(0)
    linear, box = Image.Resampling.BILINEAR, Image.Resampling.BOX
    whole = (SIDE_PX, SIDE_PX)

    def both(change: Callable[..., object], peer: Callable[..., object] | None) -> tuple[Work, ...]:
        return (
            lambda call: change(pixels[call % count]),
            None if peer is None else lambda call: peer(pictures[call % count]),
        )

    def jpeg(picture: Image.Image) -> None:
        stream = BytesIO()
        picture.save(stream, "JPEG", quality=60)
        Image.open(stream).load()

    return {
        "mirror": both(ours.mirror, ImageOps.mirror),
        "shift by 3 px": both(partial(ours.shift, right_px=3, down_px=-2), None),
        "crop to 96 and enlarge": both(
            partial(ours.crop, left_px=8, top_px=5, width_px=96, height_px=96),
            lambda one: one.resize(whole, linear, (8, 5, 104, 101)),
        ),
        "rotate by 7 degrees": both(
            partial(ours.rotate, angle_deg=7), lambda one: one.rotate(7, linear)
        ),
        "brightness": both(
            partial(ours.change_brightness, factor=1.2),
            lambda one: ImageEnhance.Brightness(one).enhance(1.2),
        ),
        "contrast": both(
            partial(ours.change_contrast, factor=1.2),
            lambda one: ImageEnhance.Contrast(one).enhance(1.2),
        ),
        "saturation": both(
            partial(ours.change_saturation, factor=1.2),
            lambda one: ImageEnhance.Color(one).enhance(1.2),
        ),
        "grey": both(ours.make_grey, lambda one: one.convert("L").convert("RGB")),
        "blur, 1 px": both(
            partial(ours.blur, sigma_px=1.0), lambda one: one.filter(ImageFilter.GaussianBlur(1))
        ),
        "low resolution, 40 px": both(
            partial(ours.reduce_resolution, width_px=40, height_px=40),
            lambda one: one.resize((40, 40), box).resize(whole, linear),
        ),
        "noise": both(partial(ours.random_noise, rng=rng, sigma_levels=(5, 5)), None),
        "JPEG, quality 60": both(partial(ours.compress, quality=60), jpeg),
        "occlusion, 10 %": both(partial(ours.random_occlusion, rng=rng, share=(0.1, 0.1)), None),
    }


def decoding(pixels: list[np.ndarray]) -> tuple[dict[str, Work], float]:
    """Return ours, OpenCV and Pillow on JPEGs of quality 95, and their mean length in bytes."""
    encoded = [cv2.imencode(".jpg", one[..., ::-1])[1].tobytes() for one in pixels]
    count = len(encoded)

    def pillow(call: int) -> np.ndarray:
        with Image.open(BytesIO(encoded[call % count])) as image:
            return np.asarray(image)

    works: dict[str, Work] = {
        "ours": lambda call: decode_chip(encoded[call % count], item="", size_px=(112, 112)),
        "opencv": lambda call: cv2.imdecode(
            np.frombuffer(encoded[call % count], np.uint8), cv2.IMREAD_COLOR_RGB
        ),
        "pillow": pillow,
    }
    return works, float(np.mean([len(data) for data in encoded]))


def paths(pixels: list[np.ndarray]) -> dict[str, Work]:
    """Return the drawing of random numbers, and whole augmentations with them."""
    count = len(pixels)
    flip_and_crop = ours.Augmentation(crop_px=4)
    everything = ours.Augmentation(
        rotation_deg=10,
        crop_share=0.8,
        brightness=0.3,
        contrast=0.3,
        saturation=0.3,
        **dict.fromkeys(("grey", "blur", "low_resolution", "noise", "jpeg", "occlusion"), 0.2),
    )
    return {
        "rng_us": lambda call: ours.sample_rng(0, 1, call),
        "flip_and_crop_us": lambda call: flip_and_crop(
            pixels[call % count], ours.sample_rng(0, 1, call)
        ),
        "everything_us": lambda call: everything(pixels[call % count], ours.sample_rng(0, 1, call)),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--each", type=int, default=100, help="chips a round")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    timed = partial(medians_us, rounds=arguments.rounds, each=arguments.each)
    pixels = photographs(32, seed=0)

    rows = []
    print(f"{'µs a chip':26}{'ours':>9}{'Pillow':>9}{'ratio':>8}")
    for name, (mine, peer) in operations(pixels).items():
        times = timed({"ours": mine} if peer is None else {"ours": mine, "peer": peer})
        row = {"operation": name, "ours_us": times["ours"], "peer_us": times.get("peer")}
        row["ratio"] = None if peer is None else times["peer"] / times["ours"]
        rows.append(row)
        print(
            f"{name:26}{row['ours_us']:9.1f}"
            + (f"{row['peer_us']:9.1f}{row['ratio']:7.1f}×" if peer else f"{'–':>9}{'–':>8}")
        )
    works, mean_bytes = decoding(pixels)
    decoded = timed(works)
    against = decoded["ours"] / decoded["opencv"]
    print(
        f"{'decoding':26}{decoded['ours']:9.1f}{decoded['pillow']:9.1f}"
        f"{decoded['pillow'] / decoded['ours']:7.1f}×   ({against:.2f} of OpenCV's "
        f"{decoded['opencv']:.1f})"
    )
    whole = timed(paths(pixels))
    for name, value in whole.items():
        bar = f"   (at most {BARS[name]:.0f})" if name in BARS else ""
        print(f"{name.removesuffix('_us').replace('_', ' '):26}{value:9.1f}{bar}")

    passed = (
        whole["rng_us"] <= BARS["rng_us"]
        and whole["flip_and_crop_us"] <= BARS["flip_and_crop_us"]
        and against <= BARS["decode_against_opencv"]
    )
    result = {
        "what": "microseconds a 112x112 chip: decoding and augmentation, one thread",
        "bars": BARS,
        "passed": passed,
        "operations": rows,
        "decoding": {
            "mean_bytes": mean_bytes,
            "ours_us": decoded["ours"],
            "opencv_us": decoded["opencv"],
            "pillow_us": decoded["pillow"],
            "against_opencv": against,
        },
        "whole": whole,
        "conditions": conditions(
            ("opencv-python-headless", "pillow"),
            threads=1,
            rounds=arguments.rounds,
            chips_a_round=arguments.each,
            seed=0,
        ),
    }
    print(write_result("augmentation", result))
    return 0


if __name__ == "__main__":
    run_script(main)
