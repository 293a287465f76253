"""Reading ahead and writing behind."""

from _thread import interrupt_main
from collections.abc import Iterator
from signal import SIGINT, default_int_handler, signal
from threading import Event, Timer, current_thread, main_thread

import pytest

from ovos_cli.background import ReadAhead, WriteBehind


def _next(items: Iterator[int]) -> int | None:
    return next(items, None)


def test_items_come_in_order_from_another_thread() -> None:
    threads = set()

    def numbers() -> Iterator[int]:
        for number in range(30):
            threads.add(current_thread())
            yield number

    ahead = ReadAhead(numbers(), _next)
    assert list(ahead) == list(range(30))
    ahead.stop()
    assert len(threads) == 1 and main_thread() not in threads


def test_what_reading_raises_comes_in_its_place() -> None:
    def numbers() -> Iterator[int]:
        yield from range(3)
        raise OSError("damaged")

    ahead = ReadAhead(numbers(), _next)
    iterator = iter(ahead)
    assert [next(iterator) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(OSError, match="damaged"):
        next(iterator)
    ahead.stop()


def test_no_more_is_read_than_may_wait() -> None:
    read: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(1000):
            read.append(number)
            yield number

    ahead = ReadAhead(numbers(), _next)
    iterator = iter(ahead)
    assert [next(iterator), next(iterator)] == [0, 1]
    ahead.stop()
    assert len(read) < 20


def test_ctrl_c_ends_a_wait_that_it_did_not_wake() -> None:
    late, gate = Event(), Event()

    def numbers() -> Iterator[int]:
        gate.wait()
        yield 0

    def come_late() -> None:
        late.set()
        gate.set()

    ahead = ReadAhead(numbers(), _next)
    # Unlike a signal of the system, the first one breaks off no wait that has begun.
    timers = Timer(0.05, interrupt_main), Timer(10, come_late)

    def read() -> None:
        for timer in timers:
            timer.start()
        next(iter(ahead))

    # What runs tests in the background may have it ignored.
    before = signal(SIGINT, default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            read()
    finally:
        signal(SIGINT, before)
    assert not late.is_set()
    timers[1].cancel()
    gate.set()
    ahead.stop()


def test_work_is_done_in_order_and_its_failure_is_raised() -> None:
    done: list[int] = []
    behind: WriteBehind[int] = WriteBehind(done.append)
    for number in range(30):
        behind.submit(number)
    behind.finish()
    assert done == list(range(30))

    def fail(number: int) -> None:
        raise OSError(f"{number} is full")

    failing: WriteBehind[int] = WriteBehind(fail)
    failing.submit(4)
    with pytest.raises(OSError, match="4 is full"):
        failing.finish()


def test_whoever_is_too_far_ahead_of_the_writing_waits() -> None:
    gate, done = Event(), list[int]()

    def work(number: int) -> None:
        gate.wait(timeout=60)
        done.append(number)

    behind: WriteBehind[int] = WriteBehind(work)
    for number in range(8):
        behind.submit(number)
    assert done == []
    gate.set()
    behind.submit(8)
    assert done[:1] == [0]
    behind.finish()
    assert done == list(range(9))
