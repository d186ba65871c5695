"""An upgrade as text."""

from __future__ import annotations

from facemetric.cli.output import complain, counted, people_counted, shown, table
from facemetric.wire import GalleryUpgradeOut, UpgradePairsOut, UpgradeReportOut

_NAMES = {"old-old": "old – old", "new-new": "new – new", "new-old": "new – mapped"}
_MOST_NAMED = 20


def print_report(answer: GalleryUpgradeOut, *, far: float) -> None:
    """Print what was measured before anything is changed."""
    report = answer.report
    if report is None:
        print(f"{answer.gallery}: every sample is embedded anew from its photograph")
        return
    asked = report.asked
    print(f"{answer.gallery}: {asked.old_bundle} → {asked.new_bundle}, map: {report.adaptor}")
    print(
        f"  fitted on    {report.fitted_people:,} people, {report.fitted_photographs:,} "
        f"photographs of {shown(report.data)}"
    )
    print(f"  judged on    {report.held_people:,} others, {report.held_photographs:,} photographs")
    print()
    table([_row(one) for one in report.comparisons], ("", "accuracy", *_rates(report)))
    points = 100 * report.loss
    said = f"loss: {points:.2f} points of accuracy against" if points > 0 else "no loss: not below"
    print(f"\n{said} the weaker bundle alone")
    _print_thresholds(report, far)
    print(
        "The bundle's own calibration says nothing of mapped embeddings: the new gallery is opened "
        f"with {answer.bundle}, which has these thresholds."
    )


def _rates(report: UpgradeReportOut) -> list[str]:
    return [one.name for one in report.comparisons[0].figures if one.name.startswith("TAR")]


def _row(one: UpgradePairsOut) -> tuple[str, ...]:
    cells = []
    for figure in one.figures:
        if figure.name == "accuracy" or figure.name.startswith("TAR"):
            if figure.value is None:
                most = figure.at_most
                cells.append("no figure" if most is None else f"at most {100 * most:.1f} %")
            elif figure.interval is None:
                cells.append(f"{100 * figure.value:.2f} %")
            else:
                low, high = 100 * figure.interval.low, 100 * figure.interval.high
                cells.append(f"{100 * figure.value:.2f} % [{low:.2f}, {high:.2f}]")
    return (_NAMES[one.pairs], *cells)


def _print_thresholds(report: UpgradeReportOut, far: float) -> None:
    found = report.thresholds
    limit = far * (1 + 1e-9)
    decides = next((point for point in found.both if point.far <= limit), None)
    if decides is None:
        strictest = min(point.far for point in found.both)
        print(f"threshold: none for FAR {far:g}; the strictest that was measured is {strictest:g}")
        return
    across, among = (
        next(point.similarity for point in points if point.far == decides.far)
        for points in (found.across, found.among)
    )
    print(
        f"threshold at FAR {decides.far:g}: new – mapped {across:.4f}, new – new {among:.4f}; "
        f"{decides.similarity:.4f} decides (FAR {decides.far_low:.1e} … {decides.far_high:.1e}, "
        f"{decides.impostor_pairs:,} pairs of strangers)"
    )


def print_upgraded(answer: GalleryUpgradeOut) -> None:
    """Print what was done, and how to go back."""
    if answer.people is None or answer.samples is None:
        print("\nnothing was changed")
        return
    print(
        f"\n{people_counted(answer.people)} with {counted(answer.samples, 'sample')} in "
        f"{answer.target}, {answer.new_people:,} of them new"
    )
    print(f"  embedded anew  {answer.embedded:,}")
    if answer.from_portraits:
        print(f"    from portraits that were kept: {answer.from_portraits:,}")
    print(f"  mapped         {answer.mapped:,}")
    for reason, count in answer.not_at_hand.items():
        print(f"    photograph {reason}: {count:,}")
    for error in answer.errors[:_MOST_NAMED]:
        complain(f"failed: {error.item}: {error.cause}")
    print(f"Use it with --gallery {answer.target} --bundle {answer.bundle}")
    print(
        f"The old gallery is as it was (checksum {str(answer.source_checksum)[:16]}…): to go back, "
        "use it. Until it is deleted, erase people in both."
    )
