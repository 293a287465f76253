"""Outputs at work, each in a thread of its own, so that a fault of one costs the others nothing."""

from collections.abc import Callable

from models.errors import OvosError
from models.utils.clock import Clock
from ovos_cli.background import WriteBehind
from ovos_cli.sinks.faults import fault_of
from ovos_cli.sinks.masks import MasksSink
from ovos_cli.sinks.sink import Sink, Written


class Writing:
    """Writes frames to several outputs.

    failures: what is wrong with outputs that gave up. Masks never do: without them a run has
    nothing, and their faults are raised.
    """

    def __init__(
        self, sinks: list[Sink], clock: Clock, written: Callable[[Written], None] = lambda _: None
    ) -> None:
        """Begin.

        Args:
            clock: gets `write`.
            written: called, in a thread, when the masks of a frame are safe.
        """
        self.sinks, self.failures = sinks, list[OvosError]()
        self._clock, self._written = clock, written
        self._given_up = set[Sink]()
        self._workers = [(sink, WriteBehind(self._work(sink))) for sink in sinks]

    def write(self, written: Written) -> None:
        """Queue a frame. Raises OvosError: an earlier one could not be written."""
        for _, worker in self._workers:
            worker.submit(written)

    def settle(self) -> None:
        """Wait until everything queued is written."""
        for _, worker in self._workers:
            worker.settle()

    def close(self) -> None:
        """Write what is queued and finish every output, even where another one fails."""
        first: BaseException | None = None
        for sink, worker in self._workers:
            try:
                worker.finish()
                with self._clock.measure("write"):
                    sink.close()
            except OvosError as error:
                if isinstance(sink, MasksSink):
                    first = first or error
                else:
                    self.failures.append(error)
            except BaseException as error:
                first = first or error
        if first is not None:
            raise first

    def _work(self, sink: Sink) -> Callable[[Written], None]:
        def work(written: Written) -> None:
            if sink in self._given_up:
                return
            try:
                with self._clock.measure("write"):
                    sink.write(written)
            except (OvosError, OSError) as error:
                if isinstance(sink, MasksSink):
                    raise
                self._given_up.add(sink)
                self.failures.append(fault_of(sink.place, error))
            else:
                if isinstance(sink, MasksSink):
                    self._written(written)

        return work
