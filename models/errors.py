"""The one family of errors that `ovos` raises on purpose.

Every message says what failed, where, and how to mend it. The command maps
`InputError` to exit status 2 and any other `OvosError` to 1.
"""


class OvosError(Exception):
    """Base of all deliberate errors. Raised as is: something failed while running."""

    exit_code = 1


class InputError(OvosError):
    """What the user gave cannot be used: a file, an option, a mask, a checkpoint."""

    exit_code = 2


def problem_list(what: str, problems: list[str], most: int = 10) -> str:
    """A message with many lines, the first few of them."""
    more = [f"… and {len(problems) - most} more"] if len(problems) > most else []
    return "\n  ".join([f"{what}:", *problems[:most], *more])
