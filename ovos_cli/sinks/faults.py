"""What is said of an output that cannot be written."""

from pathlib import Path

from models.errors import OvosError


def fault_of(place: Path, error: OvosError | OSError) -> OvosError:
    """An error that names its file, or the output's place."""
    if isinstance(error, OvosError):
        return error
    return OvosError(f"{error.filename or place} cannot be written: {error.strerror or error}")
