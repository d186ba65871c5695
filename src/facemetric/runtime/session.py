"""One ONNX graph, loaded on a named provider, or an error that says how to get that provider."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from facemetric.errors import BundleError, DependencyError, InputError, ProviderError
from facemetric.types import AnyArray

PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
}
_HOW_TO_GET = {
    "cpu": 'Install it: pip install "facemetric[cpu]"',
    "cuda": "Install the GPU build in its place: pip uninstall onnxruntime; "
    'pip install "facemetric[gpu]"',
    "openvino": "Install onnxruntime-openvino in place of onnxruntime",
    "coreml": "CoreML comes with onnxruntime on macOS only",
}
MAX_THREADS = max(16, 4 * (os.cpu_count() or 1))
"""Threads wait in busy loops for each other: with many more than cores nothing gets done."""


def available_providers() -> list[str]:
    """Return the short names (``"cpu"``, ``"cuda"`` …) that this installation can run."""
    present = set(_onnxruntime().get_available_providers())
    return [short for short, full in PROVIDERS.items() if full in present]


class Session:
    """A loaded ONNX graph.

    Parameters
    ----------
    model
        Path of an ``.onnx`` file, or the serialised graph itself.
    provider
        ``"cpu"``, ``"cuda"``, ``"openvino"`` or ``"coreml"``. Nothing else is tried in its place.
    threads
        Threads within an operator, at most ``MAX_THREADS``; ``None`` leaves the choice to ONNX
        Runtime (all cores).

    Raises
    ------
    InputError
        There is no provider of that name, or the number of threads is out of range.
    ProviderError
        The provider is not part of this installation, or could not start.
    BundleError
        The graph cannot be loaded.
    DependencyError
        No ONNX Runtime is installed.
    """

    def __init__(
        self, model: Path | bytes, *, provider: str = "cpu", threads: int | None = None
    ) -> None:
        ort = _onnxruntime()
        if provider not in PROVIDERS:
            raise InputError(
                f"expected one of {', '.join(PROVIDERS)}, got {provider!r}", item="provider"
            )
        if threads is not None and not 1 <= threads <= MAX_THREADS:
            raise InputError(
                f"expected 1 to {MAX_THREADS}, got {threads}",
                item="threads",
                fix=f"This machine has {os.cpu_count()} cores; leave threads out to use them all",
            )
        if PROVIDERS[provider] not in ort.get_available_providers():
            raise ProviderError(
                f"provider {provider!r} is not part of this ONNX Runtime, which has "
                f"{', '.join(available_providers())}",
                fix=_HOW_TO_GET[provider],
            )
        options = ort.SessionOptions()
        options.log_severity_level = 3
        if threads is not None:
            options.intra_op_num_threads = threads
            options.inter_op_num_threads = 1
        name = str(model) if isinstance(model, Path) else "<onnx bytes>"
        try:
            self._session = ort.InferenceSession(
                name if isinstance(model, Path) else model,
                sess_options=options,
                providers=[PROVIDERS[provider]],
            )
        except Exception as error:  # onnxruntime raises a dozen unrelated classes
            raise BundleError(f"the ONNX graph cannot be loaded: {error}", item=name) from error
        # ONNX Runtime quietly adds the CPU where a provider cannot start.
        if self._session.get_providers()[0] != PROVIDERS[provider]:
            raise ProviderError(
                f"provider {provider!r} could not start", item=name, fix=_HOW_TO_GET[provider]
            )
        self.name = name
        self.provider = provider

    @property
    def inputs(self) -> dict[str, list[int | str | None]]:
        """Input names and shapes; a dynamic dimension is a string or ``None``."""
        return {item.name: list(item.shape) for item in self._session.get_inputs()}

    @property
    def outputs(self) -> dict[str, list[int | str | None]]:
        """Output names and shapes."""
        return {item.name: list(item.shape) for item in self._session.get_outputs()}

    def run(
        self, feeds: Mapping[str, AnyArray], outputs: list[str] | None = None
    ) -> list[AnyArray]:
        """Run the graph; the results stand in the order of ``outputs`` (all where ``None``).

        Raises
        ------
        ProviderError
            The provider could not compute it: out of memory, an operator that it lacks, or feeds
            that the graph does not take.
        """
        try:
            result: list[AnyArray] = self._session.run(outputs, dict(feeds))
        except Exception as error:  # onnxruntime raises a dozen unrelated classes
            fed = ", ".join(f"{name} {value.shape}" for name, value in feeds.items())
            cause = " ".join(str(error).split()).rstrip(".")
            raise ProviderError(
                f"provider {self.provider!r} failed on {fed or 'nothing'}: {cause}",
                item=self.name,
                fix="Give it fewer or smaller pictures at a time, or another provider"
                + ("" if self.provider == "cpu" else ": 'cpu' runs every graph"),
            ) from error
        return result


def _onnxruntime() -> Any:
    # Official builds report their use to Microsoft from the import on, unless told before it.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    try:
        import onnxruntime
    except ImportError as error:
        raise DependencyError(
            "ONNX Runtime is needed and not installed",
            fix='Install one of: pip install "facemetric[cpu]" or pip install "facemetric[gpu]"',
        ) from error
    # For builds that do not read the variable, and where something else imported it first.
    if os.environ["ORT_DISABLE_TELEMETRY"] == "1":
        onnxruntime.disable_telemetry_events()
    return onnxruntime
