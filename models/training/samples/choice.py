"""One thing out of several."""

from collections.abc import Sequence
from typing import TypeVar

from numpy.random import Generator

Item = TypeVar("Item")


def one_of(rng: Generator, items: Sequence[Item]) -> Item:
    """One of them, each as likely."""
    return items[int(rng.integers(len(items)))]
