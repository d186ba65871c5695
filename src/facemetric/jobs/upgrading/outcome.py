"""A report as it is written to JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from facemetric.bundle import OperatingPoint
from facemetric.datasets import LabelledPhotos
from facemetric.evaluation import Verification
from facemetric.evaluation.digests import Digests
from facemetric.jobs.upgrading.report import UpgradeReport
from facemetric.wire import (
    CalibratedPointOut,
    UpgradeAskedOut,
    UpgradePairsOut,
    UpgradeReportOut,
    UpgradeThresholdsOut,
)


def report_out(report: UpgradeReport, asked: UpgradeAskedOut) -> UpgradeReportOut:
    """Return a report as JSON has it, with what was asked for."""
    fitted, held, points = report.fitted, report.held, report.points
    return UpgradeReportOut(
        asked=asked,
        adaptor=report.adaptor,
        data=held.data,
        without_face=held.without_face,
        fitted_people=len(fitted.photos.names),
        fitted_photographs=len(fitted.photos),
        held_people=len(held.photos.names),
        held_photographs=len(held.photos),
        comparisons=(
            _pairs_out("old-old", report.old_old),
            _pairs_out("new-new", report.new_new),
            _pairs_out("new-old", report.new_old),
        ),
        loss=report.loss,
        thresholds=UpgradeThresholdsOut(
            across=_points_out(points.across),
            among=_points_out(points.among),
            both=_points_out(points.both),
        ),
    )


def photos_digest(photos: LabelledPhotos, *, cache: Path | None) -> str:
    """Return SHA-256 over photographs and who is in them.

    Parameters
    ----------
    photos
        To be hashed; their order does not matter.
    cache
        Folder where digests of files are remembered; ``None`` for none.
    """
    files = Digests(cache).of(photos.paths)
    lines = sorted(f"{file} {person}" for file, person in zip(files, photos.people, strict=True))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _pairs_out(
    pairs: Literal["old-old", "new-new", "new-old"], part: Verification
) -> UpgradePairsOut:
    return UpgradePairsOut(
        pairs=pairs,
        genuine_pairs=part.counts["genuine pairs"],
        impostor_pairs=part.counts["impostor pairs"],
        figures=part.to_wire().figures,
    )


def _points_out(points: Sequence[OperatingPoint]) -> tuple[CalibratedPointOut, ...]:
    return tuple(map(CalibratedPointOut.model_validate, points))
