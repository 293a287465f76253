"""The machine that a result comes from."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any


def machine(gpu: str | None = None) -> dict[str, Any]:
    """What computes here, in words; `gpu` is the name of one that a method uses."""
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "torch": version("torch"),
        "gpu": gpu,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(x.split(":", 1)[1].strip() for x in lines if x.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
