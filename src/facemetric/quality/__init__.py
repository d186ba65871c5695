"""What can be said of a chip before it is embedded: size, sharpness, pose, exposure."""

from facemetric.quality.measure import measure_chip
from facemetric.quality.pose import Pose, pose_of_landmarks
from facemetric.quality.problems import quality_problems

__all__ = ["Pose", "measure_chip", "pose_of_landmarks", "quality_problems"]
