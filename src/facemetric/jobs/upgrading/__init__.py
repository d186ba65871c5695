"""Another model for a gallery, with nobody enrolled again."""

from facemetric.jobs.upgrading.checks import check_bundles, check_samples, chosen_adaptor
from facemetric.jobs.upgrading.convert import Converted, convert_gallery
from facemetric.jobs.upgrading.derived import (
    UpgradePlan,
    check_name,
    kept_plan,
    save_upgraded,
    upgraded_calibration,
    upgraded_name,
)
from facemetric.jobs.upgrading.outcome import photos_digest, report_out
from facemetric.jobs.upgrading.photographs import Photographs
from facemetric.jobs.upgrading.report import UpgradeReport, fit_and_measure
from facemetric.jobs.upgrading.shared import (
    SharedFaces,
    embed_shared,
    held_people,
    split_people,
)
from facemetric.jobs.upgrading.thresholds import MixedPoints, cross_pairs, mixed_points

__all__ = [
    "Converted",
    "MixedPoints",
    "Photographs",
    "SharedFaces",
    "UpgradePlan",
    "UpgradeReport",
    "check_bundles",
    "check_name",
    "check_samples",
    "chosen_adaptor",
    "convert_gallery",
    "cross_pairs",
    "embed_shared",
    "fit_and_measure",
    "held_people",
    "kept_plan",
    "mixed_points",
    "photos_digest",
    "report_out",
    "save_upgraded",
    "split_people",
    "upgraded_calibration",
    "upgraded_name",
]
