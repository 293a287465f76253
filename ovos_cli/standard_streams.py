"""Standard output and error that cannot fail a run, whatever is printed and wherever to."""

import errno
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO


class _Lenient(io.RawIOBase):
    """Writes to a file until that fails, then nowhere."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw = raw
        self.lost: OSError | None = None

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def isatty(self) -> bool:
        return self._raw.isatty()

    def write(self, data: bytes) -> int:  # type: ignore[override]
        if self.lost is None:
            try:
                written = self._raw.write(data)
                return len(data) if written is None else written
            except OSError as error:
                self.lost = error
        return len(data)


@contextmanager
def lenient_streams() -> Iterator[None]:
    """Let nothing that is printed within the block raise.

    What the encoding lacks is printed as its escape, and where a reader went away or a disk is
    full, nothing more is printed. A reader that went away knows it; else the rest of the output is
    said to be missing, once, on standard error.
    """
    before = sys.stdout, sys.stderr
    out, sys.stdout = _lenient(sys.stdout)
    _, sys.stderr = _lenient(sys.stderr)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                with suppress(OSError, ValueError):
                    stream.flush()
        if out is not None and out.lost is not None and out.lost.errno != errno.EPIPE:
            print(f"warning: not all could be printed: {out.lost.strerror}", file=sys.stderr)
        sys.stdout, sys.stderr = before


def _lenient(stream: TextIO) -> tuple[_Lenient | None, TextIO]:
    """The same stream, leniently; unchanged where it is no file of the system's."""
    buffer = getattr(stream, "buffer", None)  # a closed standard stream is None
    raw = getattr(buffer, "raw", buffer)  # without a buffer, as with `python -u`, it is raw itself
    if not (isinstance(stream, io.TextIOWrapper) and isinstance(raw, io.RawIOBase)):
        return None, stream
    with suppress(OSError, ValueError):
        stream.flush()
    lenient = _Lenient(raw)
    return lenient, io.TextIOWrapper(
        io.BufferedWriter(lenient),  # type: ignore[type-var]  # its stub wants what is read, too
        stream.encoding,
        "backslashreplace",
        line_buffering=stream.line_buffering or stream.write_through,
    )
