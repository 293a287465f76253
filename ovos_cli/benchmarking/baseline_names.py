"""Names of the baselines."""

from enum import StrEnum


class BaselineName(StrEnum):
    """What `--baseline` takes."""

    FIRST_MASK = "first-mask"
    FLOW = "flow"
    BOX = "box"
    ALL = "all"
