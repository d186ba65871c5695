"""The card of a trained network: what it is, may be used for, was measured at, and is not."""

from __future__ import annotations

from collections.abc import Sequence

from facemetric.bundle import Manifest
from facemetric.bundle.description import licence_text
from facemetric.bundle.manifest import Result
from facemetric.report.cards import Facts

CARD_NAME = "MODEL_CARD.md"

LIMITS = (
    "It was measured on the data named above and nowhere else: other cameras, ages, poses and "
    "groups of people give other rates. Measure it on your own photographs: facemetric evaluate "
    "folder.",
    "Whether that data shares people with the training set was not checked for this card: "
    "facemetric evaluate --training does.",
    "It compares faces. It does not know whether a live person stands before the camera.",
    "A threshold belongs to a network and to data. Without a calibration there is none: "
    "facemetric calibrate measures one.",
    "Collections of celebrities are not evenly spread over age, sex and skin; error rates differ "
    "between groups. Measure them before decisions depend on them: facemetric evaluate --groups.",
    "Do not use it to judge character, emotion, health or origin: it was not trained for that, "
    "and a face does not show it.",
)


def model_card(
    manifest: Manifest,
    *,
    data: Facts,
    training: Facts,
    recipe: Sequence[tuple[str, Facts]] = (),
    environment: Facts = (),
    limits: Sequence[str] = LIMITS,
) -> str:
    """Return a bundle's card in Markdown.

    Parameters
    ----------
    manifest
        The finished bundle's: name, licence, preprocessing, results.
    data, training
        What it learnt from and how the training went: names and values.
    recipe
        Sections of the resolved recipe.
    environment
        Machine and versions.
    limits
        What the figures do not say.
    """
    spec, about = manifest.input, manifest.alignment
    use = (
        ("Input", f"{spec.width_px} × {spec.height_px} pixels, {spec.colour.upper()}"),
        ("Alignment", about.template),
        ("Preprocessing", f"(pixel - {spec.mean[0]:g}) / {spec.scale[0]:g}"),
        ("Embedding", f"{manifest.embedding.dim} values, compared by their cosine"),
        ("Graph", f"SHA-256 {manifest.model.sha256}"),
    )
    parts = [
        f"# {manifest.id}",
        manifest.description,
        "## Licence\n\n" + licence_text(manifest).replace("\n", "\n\n"),
        "## Use\n\n" + _table(use),
        _section("Training data", data),
        _section("Training", training),
        _results(manifest.results),
        "## Limits\n\n" + "\n".join(f"- {limit}" for limit in limits),
        *(_section(f"Recipe: {title}", rows) for title, rows in recipe),
        _section("Environment", environment),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def result_text(result: Result) -> str:
    """Return a figure with its interval or deviation, shares in percent."""
    share = 0 <= result.value <= 1 and result.low is not None
    factor, unit = (100, " %") if share else (1, "")
    text = f"{factor * result.value:.2f}{unit}" if share else f"{result.value:.4g}"
    if result.low is not None and result.high is not None:
        text += f" [{factor * result.low:.2f}, {factor * result.high:.2f}]"
    return text


def _results(results: Sequence[Result]) -> str:
    if not results:
        return "## Results\n\nNone was measured. Do not rely on this network before one is."
    lines = ["| protocol | figure | value [95 %] | conditions |", "|---|---|---|---|"]
    for one in results:
        cells = (one.protocol, one.metric, result_text(one), one.conditions)
        lines.append("| " + " | ".join(map(_cell, cells)) + " |")
    return "## Results\n\n" + "\n".join(lines)


def _section(title: str, rows: Facts) -> str:
    return f"## {title}\n\n{_table(rows)}" if rows else ""


def _table(rows: Facts) -> str:
    lines = ["| | |", "|---|---|"]
    lines += [f"| {_cell(name)} | {_cell(value)} |" for name, value in rows]
    return "\n".join(lines)


def _cell(text: str) -> str:
    """Return text that stays in its cell."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
