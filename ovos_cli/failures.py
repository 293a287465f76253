"""What went wrong, in words for people."""

from models.errors import OvosError

_FULL = ("out of memory", "insufficient memory")


def message_of(error: BaseException) -> str:
    """One line for an error; of those that are raised on purpose, their own."""
    if isinstance(error, OvosError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'}: {error.strerror or error}"
    if isinstance(error, MemoryError) or any(words in str(error).lower() for words in _FULL):
        return (
            "out of memory; try smaller frames (--size, or samples.size of a recipe), a smaller "
            "--memory-max, or --device cpu (add --debug to see where)"
        )
    lines = str(error).splitlines() or [type(error).__name__]
    kind = "" if isinstance(error, RuntimeError) else f"{type(error).__name__}: "
    return f"failed while running: {kind}{lines[0]} (add --debug to see where)"
