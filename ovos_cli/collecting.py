"""Loading large libraries faster."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Collect no garbage within the block, and none of what it loaded later on.

    Importing torch makes objects by the hundred thousand, all of which stay: the collector would go
    over them again and again, for a quarter of the time that the import takes.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collecting:
            gc.enable()
