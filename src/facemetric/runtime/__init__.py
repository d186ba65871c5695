"""ONNX Runtime sessions: the one place that knows about providers and threads."""

from facemetric.runtime.session import Session, available_providers

__all__ = ["Session", "available_providers"]
