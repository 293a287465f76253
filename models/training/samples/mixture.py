"""Several sources of samples, drawn from by weight."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator


@dataclass(frozen=True)
class Mixture:
    """Draws from each part as often as its weight says."""

    parts: Sequence[tuple[float, Callable[[Generator], Any]]]

    def __call__(self, rng: Generator) -> Any:
        """Draw a sample of one part; raises what the part does."""
        weights = np.array([weight for weight, _ in self.parts])
        index = int(rng.choice(len(weights), p=weights / weights.sum()))
        return self.parts[index][1](rng)
