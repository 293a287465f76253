"""A short slice of the fuzz, the same inputs each time."""

import pytest

from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_readers_give_a_right_result_or_a_clear_refusal(name: str) -> None:
    TARGETS[name].run(25)
