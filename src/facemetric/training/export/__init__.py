"""Trained networks as model bundles."""

from facemetric.training.export.bundle import Exported, export_bundle
from facemetric.training.export.graph import export_graph
from facemetric.training.export.parity import unit_difference

__all__ = ["Exported", "export_bundle", "export_graph", "unit_difference"]
