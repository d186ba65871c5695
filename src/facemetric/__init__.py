"""Face recognition you can train, measure and run."""

from facemetric._version import __version__

__all__ = ["__version__"]
