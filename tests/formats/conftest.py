"""A shot that was made by a run."""

from tests.export.conftest import _made, ovos, shot

__all__ = ["_made", "ovos", "shot"]
