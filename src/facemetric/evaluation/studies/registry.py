"""Every study by name."""

from __future__ import annotations

from facemetric.evaluation.studies.blur import BlurStudy
from facemetric.evaluation.studies.bytes_a_face import BytesStudy
from facemetric.evaluation.studies.dimension import DimensionStudy, TruncationStudy
from facemetric.evaluation.studies.jpeg import JpegStudy
from facemetric.evaluation.studies.misalignment import MisalignmentStudy
from facemetric.evaluation.studies.noise import NoiseStudy
from facemetric.evaluation.studies.pixels import PixelsStudy
from facemetric.evaluation.studies.study import Study
from facemetric.registry import Registry

STUDIES: Registry[Study] = Registry("study")
"""Studies by name."""

for _study in (
    JpegStudy(),
    PixelsStudy(),
    BytesStudy(),
    DimensionStudy(),
    TruncationStudy(),
    MisalignmentStudy(),
    BlurStudy(),
    NoiseStudy(),
):
    STUDIES.add(_study.name, _study)
