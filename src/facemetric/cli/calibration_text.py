"""A calibration as text."""

from __future__ import annotations

from facemetric.cli.output import shown, table
from facemetric.wire import CalibrateOut, CalibrationCheckOut


def print_calibration(answer: CalibrateOut) -> None:
    """Print the tables, who was left out, the checks, and where it was written."""
    print(f"{answer.bundle} on {shown(answer.data)}, {'flip' if answer.flip else 'no flip'}")
    print(
        f"  {answer.people:,} people, {answer.photographs:,} photographs with a face, "
        f"{answer.without_face:,} without"
    )
    left_out = answer.left_out
    for names, why in (
        (left_out.shared, "are in the other collection too"),
        (left_out.doubled, "have a photograph as another name has it"),
    ):
        if names:
            print(f"  left out: {len(names)} who {why}: {_some(names)}")
    print("\nOne comparison: share of the pairs of strangers that pass")
    rows = [
        (
            f"{point.far:g}",
            f"{point.similarity:.4f}",
            f"{point.far_low:.1e} … {point.far_high:.1e}",
            "-" if point.tar is None else f"{point.tar:.1%}",
        )
        for point in answer.points
    ]
    table(rows, ("FAR", "similarity", "95 % bounds", "TAR"))
    print(f"({answer.points[0].impostor_pairs:,} pairs of strangers)")
    _print_searches(answer)
    ratios = answer.likelihood_ratios
    if ratios is None:
        print("\nLikelihood ratios: too few pairs")
    else:
        print(
            f"\nLikelihood ratios: {ratios.method}, log10 from {ratios.least_log10_lr:.2f} to "
            f"{ratios.most_log10_lr:.2f}; Cllr {ratios.cllr:.4f} bits on people held out "
            f"(least possible {ratios.min_cllr:.4f})"
        )
    for check in (answer.held_out, answer.check):
        if check is not None:
            _print_check(check)
    print(f"\nwritten: {shown(answer.saved)}" if answer.saved else "\nnothing was written")


def _print_searches(answer: CalibrateOut) -> None:
    if answer.searches:
        print("\nOne against many: share of the searches for strangers that name somebody")
        rows = [
            (
                f"{point.gallery:,}",
                f"{point.fpir:g}",
                f"{point.similarity:.4f}",
                f"{point.fpir_low:.1e} … {point.fpir_high:.1e}",
            )
            for point in answer.searches
        ]
        table(rows, ("people", "FPIR", "similarity", "95 % bounds"))
    else:
        print("\nOne against many: too few people or photographs to measure it")
    for beyond in answer.beyond:
        what = f"{beyond.gallery:,} samples at a stranger risk of {beyond.stranger_risk:g}"
        if beyond.similarity is None:
            print(f"{what}: not supported")
        else:
            print(
                f"{what}: {beyond.similarity:.4f}, extrapolated as if the comparisons were "
                "independent"
            )


def _print_check(check: CalibrationCheckOut) -> None:
    print(
        f"\nCheck on {shown(check.data)}: {check.people:,} people, "
        f"{check.points[0].impostor_pairs:,} pairs of strangers"
        if check.points
        else f"\nCheck on {shown(check.data)}: no threshold"
    )
    rows = [
        (
            f"{point.far:g}",
            f"{point.realised_far:.2e}",
            f"{point.realised_low:.1e} … {point.realised_high:.1e}",
            f"{point.ratio:.2f}" + ("" if point.supported else " *"),
            "-" if point.tar is None else f"{point.tar:.1%}",
        )
        for point in check.points
    ]
    table(rows, ("FAR", "realised", "95 % bounds", "ratio", "TAR"))
    if not all(point.supported for point in check.points):
        print("* fewer than 10/FAR pairs of strangers: an indication only")
    if check.cllr is not None:
        print(f"Cllr {check.cllr:.4f} bits")


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(map(shown, names[:5])) + (" …" if len(names) > 5 else "")
