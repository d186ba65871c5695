"""The command line: ``facemetric``."""

from facemetric.cli.app import app, main

__all__ = ["app", "main"]
