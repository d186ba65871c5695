"""The exception tree: every error that facemetric raises on purpose.

::

    FacemetricError
    ├── InputError            an argument has the wrong shape, type or range (also a ValueError)
    ├── ImageError            one picture cannot be used
    │   ├── DecodeError       empty, truncated, corrupt or of an unknown format
    │   ├── PixelLimitError   more pixels than the limit allows
    │   └── NoFaceError       a face was needed and none was found
    ├── SourceError           a path, folder or glob gives nothing to read
    ├── DataError             a data set is absent or is not laid out as expected
    ├── DependencyError       an optional package is needed and missing
    ├── ProviderError         an execution provider (CPU, CUDA …) is missing or failed
    ├── UnknownNameError      a name is not in a registry (also a KeyError)
    ├── BundleError           a model bundle cannot be read, written or used
    │   ├── IntegrityError    a hash, a shape or a golden embedding does not match
    │   └── CalibrationError  a threshold was asked for that no calibration supports
    ├── VaultError            a key, sealed data or an audit log cannot be used
    │   ├── KeyMismatchError  a key is missing, malformed, or not the one it was sealed with
    │   └── TamperedError     sealed data or an audit log is not as it was written
    ├── WorkerError           worker processes, or their machines, ended before their work
    ├── TrainingError         a training run cannot go on
    │   └── CheckpointError   a checkpoint is damaged, or does not fit
    ├── ServiceError          a service cannot be started, reached or used
    │   ├── AccessError       an API key is missing, wrong, expired or not meant for this
    │   └── BusyError         it has too much to do, or took too long: try again
    ├── GroupsError           a file of groups cannot be used, or corrections contradict
    └── GalleryError          a gallery cannot be opened or changed
        ├── BundleMismatchError  the gallery holds embeddings of another bundle
        └── PersonError       a person is absent, or the name is ambiguous or taken
"""

from __future__ import annotations


class FacemetricError(Exception):
    """Base of all errors: which item, what is wrong with it, and what to do next.

    Parameters
    ----------
    cause
        What was wanted and what came, without a final full stop.
    item
        The file, argument or person that the error is about.
    fix
        What the caller can do about it.
    """

    code = "error"

    def __init__(self, cause: str, *, item: str | None = None, fix: str | None = None) -> None:
        self.cause = cause
        self.item = item
        self.fix = fix
        text = f"{item}: {cause}" if item else cause
        super().__init__(f"{text}. {fix}" if fix else text)

    def __str__(self) -> str:
        return str(self.args[0])


class InputError(FacemetricError, ValueError):
    """An argument has the wrong shape, type or range."""

    code = "input"


class ImageError(FacemetricError):
    """One picture cannot be used; the rest of a batch can."""

    code = "image"


class DecodeError(ImageError):
    """A picture is empty, truncated, corrupt or of an unknown format."""

    code = "decode"


class PixelLimitError(ImageError):
    """A picture has more pixels than the limit allows."""

    code = "pixel_limit"


class NoFaceError(ImageError):
    """A face was needed and none was found."""

    code = "no_face"


class SourceError(FacemetricError):
    """A path, folder or glob gives nothing to read."""

    code = "source"


class DataError(FacemetricError):
    """A data set is absent or is not laid out as expected."""

    code = "data"


class DependencyError(FacemetricError):
    """An optional package is needed and missing."""

    code = "dependency"


class ProviderError(FacemetricError):
    """An execution provider is missing or failed."""

    code = "provider"


class UnknownNameError(FacemetricError, KeyError):
    """A name is not in a registry."""

    code = "unknown_name"


class BundleError(FacemetricError):
    """A model bundle cannot be read, written or used."""

    code = "bundle"


class IntegrityError(BundleError):
    """A hash, a shape or a golden embedding does not match."""

    code = "integrity"


class CalibrationError(BundleError):
    """A threshold was asked for that no calibration supports."""

    code = "calibration"


class VaultError(FacemetricError):
    """A key, sealed data or an audit log cannot be used; never holds key material."""

    code = "vault"


class KeyMismatchError(VaultError):
    """A key is missing, malformed, or not the one that something was sealed with."""

    code = "key_mismatch"


class TamperedError(VaultError):
    """Sealed data or an audit log is not as it was written: damaged, moved or changed."""

    code = "tampered"


class WorkerError(FacemetricError):
    """Worker processes, or the machines that they ran on, ended before their work did."""

    code = "worker"


class TrainingError(FacemetricError):
    """A training run cannot go on: values are not finite, or a checkpoint does not fit."""

    code = "training"


class CheckpointError(TrainingError):
    """A checkpoint is damaged, cannot be written, or does not fit what it is loaded into."""

    code = "checkpoint"


class ServiceError(FacemetricError):
    """A service cannot be started, reached or used."""

    code = "service"


class AccessError(ServiceError):
    """An API key is missing, wrong, expired, or not meant for what was asked."""

    code = "access"


class BusyError(ServiceError):
    """A service has too much to do, or took too long; ``retry_after_s`` says when to ask again."""

    code = "busy"
    retry_after_s: float | None = None


class GroupsError(FacemetricError):
    """A file of groups cannot be used, or corrections of groups contradict one another."""

    code = "groups"


class GalleryError(FacemetricError):
    """A gallery cannot be opened or changed."""

    code = "gallery"


class BundleMismatchError(GalleryError):
    """A gallery's embeddings cannot be compared: other bundle, graph, flip setting or codec."""

    code = "bundle_mismatch"


class PersonError(GalleryError):
    """A person is absent, or the name is ambiguous or taken."""

    code = "person"


def error_class(code: str) -> type[FacemetricError]:
    """Return the exception class with that ``code``; the base class where there is none."""
    waiting: list[type[FacemetricError]] = [FacemetricError]
    while waiting:
        kind = waiting.pop()
        if kind.code == code:
            return kind
        waiting.extend(kind.__subclasses__())
    return FacemetricError
