"""The right-hand side of `KEY=VALUE` on a command line."""

import tomllib
from datetime import date, time
from typing import Any


def toml_value(text: str) -> Any:
    """Read a value as in TOML: `5`, `true`, `[1, 2]`; a bare word or a date is a text."""
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    return text if isinstance(value, date | time) else value
