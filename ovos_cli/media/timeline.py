"""Times that rise, from timestamps that do not always."""

from collections import deque
from fractions import Fraction
from statistics import median_low

_RECENT = 25
_BACK = Fraction(1)
"""Seconds; what goes back further begins a new count, what goes back less is a misordered frame."""


class Timeline:
    """Says when each frame is shown; where its timestamp cannot be, one frame after the last."""

    def __init__(self, tick: Fraction, rate: Fraction, leap: Fraction) -> None:
        """Begin at 0.

        Args:
            tick: seconds in a unit of the timestamps.
            rate: frames per second, until there are some to judge by.
            leap: seconds; a longer step is no pause but a jump of the clock.
        """
        self._usual = max(1, round(1 / (rate * tick)))
        self._leap, self._back = int(leap / tick), int(_BACK / tick)
        self._steps: deque[int] = deque(maxlen=_RECENT)
        self._last: int | None = None
        self._shift: int | None = None

    def place(self, timestamp: int | None) -> int:
        """Ticks from the first frame to the next one, which has this timestamp."""
        expected = 0 if self._last is None else self._last + self._step()
        time = expected
        if timestamp is not None:
            if self._shift is None:
                self._shift = expected - timestamp
            time = timestamp + self._shift
            ahead = time - (time if self._last is None else self._last)
            if ahead > self._leap or ahead < -self._back:
                self._shift, time = expected - timestamp, expected
            elif ahead > 0:
                self._steps.append(ahead)
            else:
                time = expected
        self._last = time
        return time

    def _step(self) -> int:
        return median_low(self._steps) if self._steps else self._usual
