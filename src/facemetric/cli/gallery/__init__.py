"""The commands on galleries as wholes."""

from facemetric.cli.gallery.app import app

__all__ = ["app"]
