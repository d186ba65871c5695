"""The leakage checks' answer as the report shows it."""

from __future__ import annotations

from facemetric.evaluation.leakage import Finding, Leakage
from facemetric.report.evaluation import FindingView

_NAMED = 40
_WORDS = {
    "person": "the same person, by name",
    "file": "the same file",
    "picture": "the same picture, by how it looks",
    "face": "the same picture of a face, by its embedding",
    "likely person": "likely the same person under two names, by mean embedding",
}


def finding_views(leakage: Leakage | None) -> tuple[FindingView, ...]:
    """Return what was found, kind by kind, then what was compared without finding anything."""
    if leakage is None:
        return ()
    kinds = dict.fromkeys(item.kind for item in leakage.findings)
    found = []
    for kind in kinds:
        items = [item for item in leakage.findings if item.kind == kind]
        compared = [
            check.compared for check in leakage.checked if check.kind == kind and check.found
        ]
        found.append(
            FindingView(
                _WORDS[kind],
                len(items),
                f"Among {'; '.join(compared)}." if compared else "",
                tuple(map(_text, items[:_NAMED])),
            )
        )
    clean = [FindingView(check.compared, 0, "") for check in leakage.checked if not check.found]
    return (*found, *clean)


def _text(item: Finding) -> str:
    return f"{item.where[0]} and {item.where[1]}: {item}"
