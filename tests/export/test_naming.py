"""What files of frames are called."""

import pytest

from models.errors import InputError
from ovos_cli.sinks.naming import FrameNaming


@pytest.mark.parametrize(
    ("pattern", "first", "name"),
    [
        (None, None, "img7"),
        (None, 1001, "bunny.1003"),
        ("{shot}_v01.{frame:05d}", None, "bunny_v01.00012"),
        ("{frame:3}", 1, "003"),
        ("a_####", 1001, "a_1003"),
        ("a.%06d.png", None, "a.000012"),
        ("a%d", 0, "a2"),
        ("$F4", None, "0012"),
        ("{name}-x", 1001, "img7-x"),
        ("{shot}.{frame}", 9999, "bunny.10001"),
    ],
)
def test_patterns(pattern: str | None, first: int | None, name: str) -> None:
    assert FrameNaming("bunny", pattern, first, start=10).of(12, "img7") == name


@pytest.mark.parametrize(
    ("pattern", "help_"),
    [
        ("{shot}", "all frames one name"),
        ("plate", "all frames one name"),
        ("", "all frames one name"),
        ("{frame:04x}", "means nothing"),
        ("{number}", "means nothing"),
        ("{frame", "means nothing"),
        ("%s%04d", "means nothing"),
        ("a/####", "means nothing"),
        ("{name:4}", "no number"),
    ],
)
def test_patterns_that_mean_nothing_are_refused(pattern: str, help_: str) -> None:
    with pytest.raises(InputError, match=help_):
        FrameNaming("bunny", pattern)


def test_numbers_begin_at_0_or_later() -> None:
    with pytest.raises(InputError, match="--first-number is -1"):
        FrameNaming("bunny", first_number=-1)
