"""Training: its parts and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator

from _summary.row import Result, Row


def augmentation(result: Result) -> Iterator[Row]:
    change = "Flip and shift of a 112×112 chip, with its random numbers", "≤ 30 µs"
    decode = "Checked decoding of a chip against OpenCV's", "≤ 1.35×"
    if result is None:
        yield from (Row(*change), Row(*decode))
        return
    bars, whole, decoding = result["bars"], result["whole"], result["decoding"]
    taken = whole["flip_and_crop_us"]
    yield Row(*change, f"{taken:.0f} µs", taken <= bars["flip_and_crop_us"])
    against = decoding["against_opencv"]
    shown = f"{against:.2f}× ({decoding['opencv_us']:.0f} → {decoding['ours_us']:.0f} µs)"
    yield Row(*decode, shown, against <= bars["decode_against_opencv"])


def header_step(result: Result) -> Iterator[Row]:
    what = "ArcFace header step, 512 × 512-d × 10,000 classes, against pytorch-metric-learning"
    bar = "≥ 2.5× faster"
    if result is None:
        yield Row(what, bar)
        return
    row = result["losses"]["arcface"]
    ratio, share = row["peer_over_ours"], row["products_share_of_ours"]
    measured = f"{ratio:.1f}×: {row['median_s']['ours'] * 1000:.0f} ms"
    yield Row(what, bar, f"{measured}, {share:.0%} of it the three matrix products", ratio >= 2.5)


def facenet_batch(result: Result) -> Iterator[Row]:
    batch = "FaceNet's batch, 45 people × 40 faces"
    one, every = f"{batch}: a semi-hard negative a pair", f"{batch}: the loss over all of them"
    bars = "≤ 0.2 s, ≤ 200 MB", "≤ 2 s"
    if result is None:
        yield Row(one, bars[0])
        yield Row(every, bars[1])
        return
    mining, whole = result["mining"], result["all_triplets"]["semi-hard"]
    seconds, more = mining["seconds"], mining["memory_mb"]
    peer = result["peer"]
    shown = f"{seconds:.2f} s, {more:.0f} MB (pytorch-metric-learning, all of them: "
    shown += f"{peer['mining']['seconds']:.1f} s, {peer['mining']['memory_mb'] / 1000:.1f} GB)"
    yield Row(one, bars[0], shown, seconds <= 0.2 and more <= 200)
    yield Row(every, bars[1], f"{whole['seconds']:.2f} s", whole["seconds"] <= 2)


def partial_fc(result: Result) -> Iterator[Row]:
    what = "Partial FC: 1,000,000 classes × 128-d, batch 256, a tenth sampled, one process"
    bar = "runs"
    if result is None:
        yield Row(what, bar)
        return
    ours, torch_full = result["ours"], result["peer"]["torch_full"]
    sampled, full = ours["sampled"], ours["full"]
    measured = "; ".join(
        f"{name} {one['step_s']:.2f} s, {one['peak_mb'] / 1000:.1f} GB"
        for name, one in (("sampled", sampled), ("all", full), ("all, plain torch", torch_full))
    )
    yield Row(what, bar, measured, True)


def trainer_overhead(result: Result) -> Iterator[Row]:
    bar = "≥ 0.9"
    if result is None:
        yield Row("The training loop beside bare forward and backward passes", bar)
        return
    for name, row in result["cases"].items():
        rates = f"{row['bare_images_per_s']:.0f} → {row['loop_images_per_s']:.0f} images/s"
        what = f"The training loop beside bare passes, {name}"
        yield Row(what, bar, f"{row['ratio']:.2f} ({rates})", row["met"])


def closed_set(result: Result) -> Iterator[Row]:
    what, bar = "LFW from LFW alone, a random quarter named (ceiling 67.2 %)", "≥ 28 % (aim 40 %)"
    if result is None:
        yield Row(what, bar)
        return
    figures = result["runs"]["best from scratch, random split"]["figures"]
    share = figures["closed_set_accuracy"]
    low, high = (figures[f"closed_set_accuracy_{end}"] for end in ("low", "high"))
    yield Row(what, bar, f"{share:.1%} [{low:.1%}, {high:.1%}]", share >= 0.28)


def best_celeba(result: Result) -> Iterator[Row]:
    what, bar = "LFW 10-fold, from scratch on CelebA's subsets", "≥ 82 % (aim 88 %)"
    if result is None:
        yield Row(what, bar)
        return
    figures = result["figures"]
    share = figures["lfw_accuracy"]
    low, high = (figures[f"lfw_accuracy_{end}"] for end in ("low", "high"))
    yield Row(what, bar, f"{share:.2%} [{low:.1%}, {high:.1%}]", share >= 0.82)
