"""Shots of a list, one after the other on this machine."""

import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from rich.console import Console

from models.hub.load import LoadedModel
from ovos_cli.batch.done import done_before, key_of, note_done
from ovos_cli.batch.result import Result, State, from_records
from ovos_cli.batch.rows import Row
from ovos_cli.failures import message_of
from ovos_cli.option_groups import MemoryOptions, ModelOptions
from ovos_cli.segment_run import load, open_run
from ovos_cli.shot.folder import ShotFolder


class Watch(Protocol):
    """Is told how far a shot is."""

    def begin(self, row: Row, frames: int | None) -> None:
        """A shot is gone through now, so many frames of it."""
        ...

    def tick(self) -> None:
        """A frame of it was gone through."""
        ...


class Executor(Protocol):
    """Runs shots that are not done yet, here or elsewhere, and gives the result of each."""

    def __call__(self, rows: list[Row], watch: Watch, *, overwrite: bool) -> Iterator[Result]:
        """One after the other; after Ctrl-C the last result is `interrupted`."""
        ...


@dataclass
class Models:
    """Models by their options; the last one stays loaded."""

    _kept: dict[str, LoadedModel] = field(default_factory=dict)

    def __call__(self, model: ModelOptions, memory: MemoryOptions) -> LoadedModel:
        """The model. Raises InputError: it cannot be loaded."""
        # Where it is computed, and with how many pixels, is no part of it.
        name = repr((replace(model, size=0, device="", precision=ModelOptions.precision), memory))
        if name not in self._kept:
            self._kept = {name: load(model, memory)}
        return self._kept[name]


@dataclass
class Here:
    """Runs shots in this process."""

    models: Models

    def __call__(self, rows: list[Row], watch: Watch, *, overwrite: bool) -> Iterator[Result]:
        """See `Executor`. What goes wrong with a shot is in its result."""
        for row in rows:
            try:
                yield (result := segment_row(row, self.models, watch, overwrite=overwrite))
            except KeyboardInterrupt:
                yield Result(row, State.STOPPED)
                return
            except Exception as error:  # whatever it is, the other shots are not to suffer from it
                if "--debug" in sys.argv:
                    traceback.print_exc()
                yield Result(row, State.FAILED, reason=message_of(error))
            else:
                if result.state is State.STOPPED:
                    return


def segment_row(row: Row, models: Models, watch: Watch, *, overwrite: bool) -> Result:
    """Segment a shot; one that was begun before is gone on with, unless it is to be begun anew.

    Raises:
        InputError, OvosError: see `open_run` and `SegmentRun.follow`.
    """
    folder = ShotFolder(row.out)
    go_on = folder.holds_run() and not overwrite
    output = replace(row.output, overwrite=overwrite, resume=go_on, quiet=True)
    key = key_of(row, models(row.model, row.memory))
    run = open_run(row.source, output, row.model, row.memory, Console(quiet=True), load=models)
    try:
        watch.begin(row, run.shot.remaining())
    except BaseException:
        run.shot.close()
        run.folder.release()
        raise
    timing = run.follow(watch.tick)
    record = folder.read_record() or {}
    if run.state == "interrupted":
        return from_records(row, State.STOPPED, record, timing)
    note_done(row, key)
    return from_records(row, State.DONE, record, timing)


def results_of(
    rows: list[Row],
    models: Callable[[ModelOptions, MemoryOptions], LoadedModel],
    executor: Executor,
    watch: Watch,
    *,
    overwrite: bool,
) -> Iterator[Result]:
    """The result of every shot as it is known, first those that are done already."""
    left = list[Row]()
    for row in rows:
        before = None if overwrite else _before(row, models)
        if before is None:
            left.append(row)
        else:
            yield before
    yield from executor(left, watch, overwrite=overwrite)


def _before(
    row: Row, models: Callable[[ModelOptions, MemoryOptions], LoadedModel]
) -> Result | None:
    if not ShotFolder(row.out).record.exists():
        return None
    try:
        return done_before(row, key_of(row, models(row.model, row.memory)))
    except Exception:  # its run will say what is wrong
        return None
