"""The commands that measure."""

from facemetric.cli.evaluate.app import app

__all__ = ["app"]
