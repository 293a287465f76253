"""What a run writes down: a plain CSV, and TensorBoard where it is installed."""

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any


class Journal:
    """Collects values between two lines of the log and writes their means."""

    def __init__(self, folder: Path, step: int = 0) -> None:
        """Go on with a folder's log after `step`; what was logged after it will be again."""
        self.file = folder / "log.csv"
        if self.file.is_file():
            self._cut(step)
        self._sums: defaultdict[str, float] = defaultdict(float)
        self._count = 0
        self._board: Any = None
        try:
            from torch.utils.tensorboard import SummaryWriter

            self._board = SummaryWriter(str(folder / "tensorboard"), purge_step=step + 1)
        except ImportError:
            pass

    def add(self, values: dict[str, float]) -> None:
        """Add one step's values."""
        for name, value in values.items():
            self._sums[name] += value
        self._count += 1

    def write(self, step: int, extra: dict[str, float]) -> dict[str, float]:
        """Write the means since the last line; return them."""
        means = {name: total / self._count for name, total in self._sums.items()}
        self._sums.clear()
        self._count = 0
        row = {"step": step, **extra, **means}
        self._append(row)
        self.scalars(step, extra | means)
        return means

    def _append(self, row: dict[str, float]) -> None:
        fresh = not self.file.exists()
        with self.file.open("a", newline="") as stream:
            writer = csv.DictWriter(stream, list(row))
            if fresh:
                writer.writeheader()
            writer.writerow({key: f"{value:.6g}" for key, value in row.items()})

    def _cut(self, step: int) -> None:
        head, *rows = self.file.read_text().splitlines(keepends=True)
        kept = [row for row in rows if float(row.split(",")[0]) <= step]
        temporary = self.file.with_suffix(".tmp")
        temporary.write_text("".join([head, *kept]))
        temporary.replace(self.file)

    def scalars(self, step: int, values: dict[str, float]) -> None:
        """Show values in TensorBoard."""
        if self._board is not None:
            for name, value in values.items():
                self._board.add_scalar(name, value, step)
            self._board.flush()

    def close(self) -> None:
        """Close TensorBoard's file."""
        if self._board is not None:
            self._board.close()
