"""The leakage checks' answer as the report shows it."""

from __future__ import annotations

from facemetric.evaluation.leakage import Leakage
from facemetric.report.evaluation import FindingView

_NAMED = 20


def finding_views(leakage: Leakage | None) -> tuple[FindingView, ...]:
    """Return what was found by kind and place, then what was compared without finding anything."""
    if leakage is None:
        return ()
    groups: dict[tuple[str, str, str], list[str]] = {}
    for item in leakage.findings:
        groups.setdefault((item.kind, *item.where), []).append(str(item))
    found = [
        FindingView(f"{kind}: {first} and {second}", len(items), "", tuple(items[:_NAMED]))
        for (kind, first, second), items in groups.items()
    ]
    clean = [FindingView(check.compared, 0, "") for check in leakage.checked if not check.found]
    return (*found, *clean)
