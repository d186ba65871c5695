"""Every protocol by name, with a builder that takes its data folder and usual options."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from facemetric.evaluation.protocols.lfw import lfw_task
from facemetric.evaluation.task import Task
from facemetric.registry import Registry

PROTOCOLS: Registry[Callable[[Path], Task]] = Registry("protocol")
"""Builders by name: what studies run on, and what the documentation lists."""

PROTOCOLS.add("lfw", lfw_task)
