"""JSON files."""

import json
from pathlib import Path
from typing import Any

from models.utils.whole_file import write_whole


def write_json(path: Path, values: dict[str, Any] | list[Any], *, indent: int | None = 2) -> None:
    """Write JSON, complete or not at all; an `indent` of None is for long ones.

    Raises:
        OvosError: it cannot be written.
    """
    content = json.dumps(values, indent=indent) + "\n"
    write_whole(path, content.encode())
