"""Decode 1,000 damaged pictures and count crashes, hangs and silently partial pictures.

Real photographs (scikit-learn, matplotlib and scikit-image ship them) are encoded in every format
and damaged with a seed. Worker processes with a memory bound decode them, one at a time and against
the clock, so that a crash or a hang is seen and named. ``python benchmarks/mutated_images.py``
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import select
import struct
import subprocess
import sys
import tempfile
import time
import warnings
import zlib
from collections import Counter
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage

from _conditions import conditions, write_result
from _script import run_script

KINDS = (
    "truncated",
    "bits flipped",
    "bytes lost",
    "wrong suffix",
    "not a picture",
    "empty",
    "giant header",
)
STRANGERS = (b"Dear Sir or Madam,\n", b"%PDF-1.7\n", b"PK\x03\x04", b"<!DOCTYPE html>", b"\x7fELF")
SUFFIXES = {
    "jpeg": ".jpg",
    "jpeg progressive": ".jpg",
    "jpeg cmyk": ".jpg",
    "png": ".png",
    "png 16 bit": ".png",
    "webp": ".webp",
    "webp lossless": ".webp",
    "bmp": ".bmp",
    "tiff": ".tif",
    "tiff lzw": ".tif",
    "tiff deflate": ".tif",
    "gif": ".gif",
    "heic": ".heic",
}
GIANT = 60_000


def photographs() -> list[PillowImage.Image]:
    from matplotlib.cbook import get_sample_data
    from skimage.data import astronaut
    from sklearn.datasets import load_sample_images

    arrays = [*load_sample_images().images, astronaut()]
    with get_sample_data("grace_hopper.jpg") as file, PillowImage.open(file) as hopper:
        arrays.append(np.asarray(hopper))
    return [PillowImage.fromarray(array).resize((320, 240)) for array in arrays]


def encode(photo: PillowImage.Image, form: str) -> bytes:
    buffer = BytesIO()
    match form:
        case "jpeg":
            photo.save(buffer, "JPEG", quality=90)
        case "jpeg progressive":
            photo.save(buffer, "JPEG", quality=90, progressive=True)
        case "jpeg cmyk":
            photo.convert("CMYK").save(buffer, "JPEG", quality=90)
        case "png 16 bit":
            grey = np.asarray(photo.convert("L")).astype(np.uint16) * 257
            PillowImage.fromarray(grey).save(buffer, "PNG")
        case "webp lossless":
            photo.save(buffer, "WEBP", lossless=True)
        case "tiff lzw":
            photo.save(buffer, "TIFF", compression="tiff_lzw")
        case "tiff deflate":
            photo.save(buffer, "TIFF", compression="tiff_adobe_deflate")
        case "heic":
            import pillow_heif

            pillow_heif.from_pillow(photo).save(buffer, quality=80)
        case _:
            photo.save(buffer, form.upper())
    return buffer.getvalue()


def mutate(data: bytes, kind: str, form: str, rng: random.Random) -> bytes:
    match kind:
        case "truncated":
            return data[: rng.randrange(1, len(data))]
        case "bits flipped":
            damaged = bytearray(data)
            # Half of them in the header, where damage does the most harm.
            reach = len(data) if rng.random() < 0.5 else min(len(data), 700)
            for _ in range(rng.choice((1, 2, 8, 64))):
                damaged[rng.randrange(reach)] ^= 1 << rng.randrange(8)
            return bytes(damaged)
        case "bytes lost":
            start = rng.randrange(len(data))
            return data[:start] + data[start + rng.randrange(1, 4000) :]
        case "not a picture":
            return rng.choice(STRANGERS) + rng.randbytes(rng.randrange(2000))
        case "empty":
            return b""
        case "giant header":
            return claim_giant(data, form)
        case _:
            return data


def claim_giant(data: bytes, form: str) -> bytes:
    """Write ``GIANT`` × ``GIANT`` (or the format's most) where the header holds the size."""
    damaged = bytearray(data)
    little, big = struct.pack("<H", GIANT), struct.pack(">H", GIANT)
    match form.split()[0]:
        case "jpeg":
            at = next(data.find(sof) for sof in (b"\xff\xc0", b"\xff\xc2") if sof in data)
            damaged[at + 5 : at + 9] = big * 2
        case "png":
            damaged[16:24] = struct.pack(">II", GIANT, GIANT)
            damaged[29:33] = struct.pack(">I", zlib.crc32(damaged[12:29]))
        case "bmp":
            damaged[18:26] = struct.pack("<ii", GIANT, GIANT)
        case "gif":
            damaged[6:10] = little * 2
        case "webp" if data[12:16] == b"VP8 ":
            damaged[26:30] = struct.pack("<HH", 16383, 16383)
        case "webp":
            (bits,) = struct.unpack_from("<I", data, 21)
            damaged[21:25] = struct.pack("<I", (bits & ~0xFFFFFFF) | 0xFFFFFFF)
        case "tiff":
            (start,) = struct.unpack_from("<I", data, 4)
            (count,) = struct.unpack_from("<H", data, start)
            for at in range(start + 2, start + 2 + 12 * count, 12):
                if struct.unpack_from("<H", data, at)[0] in (256, 257):
                    damaged[at : at + 12] = data[at : at + 2] + struct.pack("<HII", 4, 1, GIANT)
        case "heic":
            at = data.find(b"ispe")
            damaged[at + 8 : at + 16] = struct.pack(">II", GIANT, GIANT)
    return bytes(damaged)


def make_items(folder: Path, number: int, seed: int) -> list[dict[str, str]]:
    rng = random.Random(seed)
    forms = [(form, encode(photo, form)) for photo in photographs() for form in SUFFIXES]
    items = []
    for index in range(number):
        form, data = forms[index % len(forms)]
        kind = KINDS[index // len(forms) % len(KINDS)]
        suffix = SUFFIXES[form]
        if kind == "wrong suffix":
            suffix = rng.choice(sorted(set(SUFFIXES.values()) - {suffix}))
        path = folder / f"{index:04d}-{form}-{kind}{suffix}".replace(" ", "_")
        path.write_bytes(mutate(data, kind, form, rng))
        intact = folder / f"intact-{index % len(forms)}"
        if not intact.exists():
            intact.write_bytes(data)
        items.append({"path": str(path), "intact": str(intact), "form": form, "kind": kind})
    return items


def work(memory_bytes: int) -> None:
    """Answer each line of two paths, a picture and its undamaged twin, with a line of JSON."""
    warnings.simplefilter("error")
    import pillow_heif  # noqa: F401  loaded before the bound, like the rest

    from facemetric.errors import FacemetricError
    from facemetric.images import load_image

    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    for line in sys.stdin:
        path, intact = line.rstrip("\n").split("\t")
        try:
            image = load_image(path)
        except FacemetricError as error:
            answer = f"{error.code}: {error.cause}"
        except Exception as error:
            answer = f"ESCAPED {type(error).__name__}: {error}"
        else:
            whole = load_image(intact).pixels
            same = image.pixels.shape == whole.shape and np.array_equal(image.pixels, whole)
            answer = "decoded, as before" if same else "decoded, altered"
        print(json.dumps(answer), flush=True)


class Worker:
    """One decoding process, replaced when it dies or exceeds its time."""

    def __init__(self, memory_bytes: int, log: Path) -> None:
        self.command = [sys.executable, __file__, "--work", str(memory_bytes)]
        self.log = log
        self.process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        with self.log.open("a") as log:
            return subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def decode(self, item: dict[str, str], timeout_s: float) -> str:
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None and stdout is not None
        stdin.write(f"{item['path']}\t{item['intact']}\n")
        stdin.flush()
        ready, _, _ = select.select([stdout], [], [], timeout_s)
        line = stdout.readline() if ready else ""
        if line:
            return str(json.loads(line))
        if not ready:
            self.process.kill()
        code = self.process.wait()
        self.process = self._start()
        return f"CRASH: exit code {code}" if ready else f"HANG: more than {timeout_s:g} s"

    def close(self) -> None:
        self.process.stdin.close()  # type: ignore[union-attr]
        self.process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--timeout-s", type=float, default=20.0)
    parser.add_argument("--memory-gib", type=float, default=2.0)
    parser.add_argument("--work", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options.work)
        return
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        items = make_items(Path(name), options.number, options.seed)
        log = Path(name) / "stderr"
        worker = Worker(int(options.memory_gib * 2**30), log)
        outcomes = [worker.decode(item, options.timeout_s) for item in items]
        worker.close()
        printed = log.read_text(errors="replace").splitlines()
    pairs = list(zip(items, outcomes, strict=True))
    per_kind = {
        kind: Counter(outcome.split(":")[0] for item, outcome in pairs if item["kind"] == kind)
        for kind in KINDS
    }

    def decoded(kind: str) -> int:
        return per_kind[kind]["decoded, as before"] + per_kind[kind]["decoded, altered"]

    figures = {
        "items": len(items),
        "crashes": sum(outcome.startswith("CRASH") for outcome in outcomes),
        "hangs": sum(outcome.startswith("HANG") for outcome in outcomes),
        "escaped_errors": sum(outcome.startswith("ESCAPED") for outcome in outcomes),
        "truncated_decoded_altered": per_kind["truncated"]["decoded, altered"],
        "wrong_suffix_not_decoded": per_kind["wrong suffix"].total()
        - per_kind["wrong suffix"]["decoded, as before"],
        "decoded_though_no_picture": decoded("not a picture") + decoded("empty"),
        "giant_header_decoded": decoded("giant header"),
    }
    for figure, value in figures.items():
        print(f"{figure:28s} {value}")
    for kind, counts in per_kind.items():
        print(f"{kind:14s} " + ", ".join(f"{o} {n}" for o, n in sorted(counts.items())))
    path = write_result(
        "mutated_images",
        {
            "bar": {"crashes": 0, "hangs": 0},
            **figures,
            "per_kind": per_kind,
            "lines_on_stderr": dict(Counter(printed).most_common(20)),
            "outcomes": [
                f"{Path(item['path']).name}: {outcome}".replace(name, "") for item, outcome in pairs
            ],
            "conditions": conditions(
                ("pillow", "opencv-python-headless", "pillow-heif"),
                seed=options.seed,
                images=len(items),
                formats=sorted(SUFFIXES),
                timeout_s=options.timeout_s,
                memory_gib=options.memory_gib,
                seconds=round(time.perf_counter() - started, 1),
            ),
        },
    )
    print(path)
    if figures["crashes"] or figures["hangs"] or figures["escaped_errors"]:
        sys.exit(1)


if __name__ == "__main__":
    run_script(main)
