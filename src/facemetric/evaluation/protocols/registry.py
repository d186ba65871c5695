"""Every protocol by name, with a builder that takes its data folder and usual options."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from facemetric.evaluation.protocols.cfp import cfp_task
from facemetric.evaluation.protocols.folder import folder_task
from facemetric.evaluation.protocols.holdout import holdout_task
from facemetric.evaluation.protocols.ijb import ijb_task
from facemetric.evaluation.protocols.insightface_bin import insightface_bin_task
from facemetric.evaluation.protocols.lfw import lfw_task
from facemetric.evaluation.protocols.megaface_kit import megaface_kit_task
from facemetric.evaluation.protocols.open_set import open_set_task
from facemetric.evaluation.protocols.personal_photos import personal_photos_task
from facemetric.evaluation.protocols.youtube_faces import youtube_faces_task
from facemetric.evaluation.task import Task
from facemetric.registry import Registry

PROTOCOLS: Registry[Callable[[Path], Task]] = Registry("protocol")
"""Builders by name: what studies run on, and what the documentation lists."""

PROTOCOLS.add("bin", insightface_bin_task)
PROTOCOLS.add("cfp", cfp_task)
PROTOCOLS.add("folder", folder_task)
PROTOCOLS.add("holdout", holdout_task)
PROTOCOLS.add("ijb", ijb_task)
PROTOCOLS.add("lfw", lfw_task)
PROTOCOLS.add("megaface", megaface_kit_task)
PROTOCOLS.add("open-set", open_set_task)
PROTOCOLS.add("personal", personal_photos_task)
PROTOCOLS.add("ytf", youtube_faces_task)
