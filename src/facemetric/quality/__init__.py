"""What can be said of a chip before it is embedded: size, sharpness, pose, exposure."""

from facemetric.quality.measure import measure_chip
from facemetric.quality.pose import Pose, pose_of_landmarks
from facemetric.quality.problems import (
    REMARKS,
    QualityRemark,
    quality_problems,
    quality_remarks,
)

__all__ = [
    "REMARKS",
    "Pose",
    "QualityRemark",
    "measure_chip",
    "pose_of_landmarks",
    "quality_problems",
    "quality_remarks",
]
