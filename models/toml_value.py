"""The right-hand side of `KEY=VALUE` on a command line."""

import tomllib
from typing import Any


def toml_value(text: str) -> Any:
    """Read a value as in TOML: `5`, `true`, `[1, 2]`; what is not TOML, a bare word, is a text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
