"""Trained networks as model bundles."""

from facemetric.training.export.bundle import Exported, export_bundle
from facemetric.training.export.graph import export_graph
from facemetric.training.export.measure import first_results, measure_bundles
from facemetric.training.export.model_card import model_card
from facemetric.training.export.parity import unit_difference
from facemetric.training.export.quantise import Quantised, quantise_bundle
from facemetric.training.export.run import ExportedRun, export_run

__all__ = [
    "Exported",
    "ExportedRun",
    "Quantised",
    "export_bundle",
    "export_graph",
    "export_run",
    "first_results",
    "measure_bundles",
    "model_card",
    "quantise_bundle",
    "unit_difference",
]
