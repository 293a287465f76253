"""What a run writes down: a plain CSV, and TensorBoard where it is installed."""

import csv
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any

from models.errors import OvosError
from models.utils.whole_file import write_whole


class Journal:
    """Collects values between two lines of the log and writes their means.

    Values since the last line are not part of a run's state: the first line after a resume has
    the means of the steps since then alone.
    """

    def __init__(self, folder: Path, step: int = 0) -> None:
        """Go on with a folder's log after `step`; what was logged after it will be again."""
        self.file = folder / "log.csv"
        if self.begun:
            self._cut(step)
        self._sums: defaultdict[str, float] = defaultdict(float)
        self._count = 0
        self._board: Any = None
        try:
            from torch.utils.tensorboard import SummaryWriter

            self._board = SummaryWriter(str(folder / "tensorboard"), purge_step=step + 1)
        except ImportError:
            pass
        except OSError as error:
            raise _unwritable(folder / "tensorboard", error) from error

    def add(self, values: dict[str, float]) -> None:
        """Add one step's values."""
        for name, value in values.items():
            self._sums[name] += value
        self._count += 1

    def write(self, step: int, extra: dict[str, float | None]) -> dict[str, float]:
        """Write the means since the last line; return them.

        Args:
            extra: values of this step; None leaves a column empty.
        """
        means = {name: total / self._count for name, total in self._sums.items()}
        self._sums.clear()
        self._count = 0
        known = {name: value for name, value in extra.items() if value is not None}
        self._append(["step", *extra, *means], {"step": step, **known, **means})
        self._show(step, known | means)
        return means

    def score(self, step: int, value: float) -> None:
        """Add the score of a step to its line, or where it has none, in a log begun, as another.

        The first line says which columns there are, so it is not one with a score alone.
        """
        name, text = "dev_score", f"{value:.6g}"
        rows = list(csv.reader(self.file.read_text().splitlines())) if self.begun else []
        if len(rows) > 1 and rows[-1][0] == str(step) and name in rows[0]:
            rows[-1][rows[0].index(name)] = text
            content = "".join(",".join(row) + "\n" for row in rows)
            write_whole(self.file, content.encode(), durable=True)
        elif self.begun:
            self._append(["step", name], {"step": step, name: value})
        self._show(step, {name: value})

    def _append(self, columns: list[str], row: dict[str, float]) -> None:
        fresh = not self.begun
        try:
            with self.file.open("a+", newline="") as stream:
                if not fresh:  # a log goes on with the columns that it began with
                    stream.seek(0)
                    columns = next(csv.reader(stream))
                writer = csv.DictWriter(stream, columns, restval="", extrasaction="ignore")
                if fresh:
                    writer.writeheader()
                texts = {key: f"{value:.6g}" for key, value in row.items()}
                writer.writerow(texts | {"step": f"{row['step']:.0f}"})
        except OSError as error:
            raise _unwritable(self.file, error) from error

    @property
    def begun(self) -> bool:
        """Whether there is a log with its columns."""
        return self.file.is_file() and self.file.stat().st_size > 0

    def _cut(self, step: int) -> None:
        head, *rows = self.file.read_text().splitlines(keepends=True)
        # A full disk leaves half a line; if that is the one of columns, nothing came after it.
        if not head.endswith("\n"):
            self.file.unlink()
            return
        whole = [row for row in rows if row.endswith("\n") and row.count(",") == head.count(",")]
        numbered = [(row.partition(",")[0], row) for row in whole]
        kept = [row for number, row in numbered if number.isdecimal() and int(number) <= step]
        content = "".join([head, *kept])
        write_whole(self.file, content.encode(), durable=True)

    def _show(self, step: int, values: dict[str, float]) -> None:
        if self._board is not None:
            try:
                for name, value in values.items():
                    self._board.add_scalar(name, value, step)
                self._board.flush()
            except OSError as error:
                raise _unwritable(self.file.with_name("tensorboard"), error) from error

    def close(self) -> None:
        """Close TensorBoard's file."""
        if self._board is not None:
            with suppress(OSError):  # a full disk has been reported, by what was written before
                self._board.close()


def _unwritable(path: Path, error: OSError) -> OvosError:
    return OvosError(
        f"{path} cannot be written ({error}). Make room and run the same command again"
    )
