"""Sweeps: one recipe, many variants and seeds, one table."""

from facemetric.training.sweep.plan import Plan, PlannedRun, Variant, planned_runs, read_plan
from facemetric.training.sweep.results import RunResult, Spread, SweepResult, spread, table
from facemetric.training.sweep.sweep import OUTCOME_NAME, read_result, run_sweep

__all__ = [
    "OUTCOME_NAME",
    "Plan",
    "PlannedRun",
    "RunResult",
    "Spread",
    "SweepResult",
    "Variant",
    "planned_runs",
    "read_plan",
    "read_result",
    "run_sweep",
    "spread",
    "table",
]
