"""The memory's part of a model's configuration, from the options."""

from pathlib import Path
from typing import TypedDict

from models.config import FRAMES_KEPT, MemoryPolicy
from models.hub.load import stored_config


class MemorySettings(TypedDict):
    """The memory's fields of a model's configuration."""

    memory_policy: MemoryPolicy
    memory_stride: int
    memory_max: int


def memory_settings(
    model: str,
    weights: Path | None,
    policy: MemoryPolicy | None,
    stride: int | None,
    most: int | None,
) -> MemorySettings:
    """What is given, else what the model's weights say; the number of frames is always bounded.

    Raises:
        InputError: the model is unknown, or its weights are damaged.
    """
    stored = stored_config(model, weights)
    most = stored.memory_max if most is None else most
    return {
        "memory_policy": policy or stored.memory_policy,
        "memory_stride": stored.memory_stride if stride is None else stride,
        "memory_max": FRAMES_KEPT if most is None else most,
    }
