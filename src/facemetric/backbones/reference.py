"""``python -m facemetric.backbones.reference``: the table of the backbones, in Markdown."""

from __future__ import annotations

import re

from facemetric.backbones import BACKBONES, describe

INTRODUCTION = """\
# Backbones

Made from the networks themselves by `python -m facemetric.backbones.reference`; do not edit.

`build_backbone(name, dim=, size_px=, width=, norm=)` makes each of them for any input size from
the smallest on, any length of embedding and any width. The table has the paper's size, width and
length, and `norm="batch"`. Multiply-adds are those of convolutions and matrix products for one
picture; the FLOPs of the papers are multiply-adds too, unless the source below says otherwise.
"""

CHOICES = """\
## Normalisation

| `norm` | layers |
|---|---|
| `batch` | batch norm |
| `virtual` | batch norm over consecutive groups of `virtual_batch` samples: the same loss \
however many processes share the batch |
| `group` | group norm over 16 channels: independent of the batch; vectors are left as they are |
| `none` | none, with biases in the convolutions; NN1 to NNS2 then have the paper's local \
response norms |
"""


def reference() -> str:
    """Return the page: every backbone's cost beside what is printed elsewhere."""
    parts = [INTRODUCTION, "\n".join(_costs()), CHOICES, "## Sources\n", "\n".join(_sources())]
    return "\n".join(parts) + "\n"


def _names() -> list[str]:
    """Return the names with their numbers in order of size."""
    return sorted(BACKBONES, key=lambda name: (re.sub(r"\d+$", "", name), len(name), name))


def _costs() -> list[str]:
    rows = [
        "| name | input, px | smallest, px | embedding | parameters, M | printed | deviation"
        " | multiply-adds, M | printed | deviation |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name in _names():
        found, least = describe(name), BACKBONES[name].min_px
        height, across = found.input_px
        cells = [f"`{name}`", f"{height} × {across}", str(least), str(found.dim)]
        for ours, printed in (
            (found.parameters, found.published.parameters),
            (found.multiply_adds, found.published.multiply_adds),
        ):
            cells.append(_millions(ours))
            if printed is None:
                cells += ["–", "–"]
            else:
                cells += [f"{printed / 1e6:,g}", f"{ours / printed - 1:+.1%}".replace("-", "−")]
        rows.append(f"| {' | '.join(cells)} |")
    return [*rows, ""]


def _millions(count: int) -> str:
    millions = count / 1e6
    return f"{millions:,.2f}" if millions < 100 else f"{millions:,.1f}"


def _sources() -> list[str]:
    rows = ["| name | paper | figures printed in | remark |", "|---|---|---|---|"]
    for name in _names():
        entry = BACKBONES[name]
        rows.append(
            f"| `{name}` | {entry.paper} | {entry.published.source or '–'} | {entry.remark} |"
        )
    return rows


if __name__ == "__main__":
    print(reference(), end="")
