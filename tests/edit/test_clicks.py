"""A click is answered once, and before everything that goes on by itself."""

import threading
import time

import numpy as np
import pytest
import torch

from models.clicks.answer import mask_from_prompt
from models.clicks.prompt import Click, Mask, Prompt
from ovos_cli.edit import priority as priorities
from ovos_cli.edit.answers import OnceAnswered
from ovos_cli.edit.priority import Level, PoliteClock, Priority, Share
from tests.edit.conftest import Page, box


class Growing:
    """Answers that tell what they were asked: each click adds its pixel."""

    def __init__(self) -> None:
        self.asked = list[int]()

    def check(self, prompt: Prompt) -> None:
        """Everything can be meant."""

    def whole(self, prompt: Prompt) -> Mask:
        self.asked.append(0)
        return box(5) if prompt.box is None else box(prompt.box[0])

    def again(self, prompt: Prompt, before: Mask) -> Mask:
        self.asked.append(len(prompt.clicks))
        after = before.copy()
        after[prompt.clicks[-1].y, prompt.clicks[-1].x] = True
        return after


def test_only_the_latest_click_is_worked_out() -> None:
    answers, growing = Growing(), Growing()
    once = OnceAnswered(growing)
    for count in range(5):
        clicks = tuple(Click(x, 0) for x in range(count))
        said = Prompt(box=(9, 0, 20, 20), clicks=clicks)
        np.testing.assert_array_equal(mask_from_prompt(once, said), mask_from_prompt(answers, said))
    assert growing.asked == [0, 1, 2, 3, 4]
    for other in (Prompt(box=(10, 0, 20, 20)), Prompt(clicks=(Click(0, 0),))):
        np.testing.assert_array_equal(
            mask_from_prompt(once, other), mask_from_prompt(answers, other)
        )
    for earlier in (box(20), box(21)):
        said = Prompt(clicks=(Click(1, 1),), earlier=earlier)
        assert mask_from_prompt(once, said).sum() == earlier.sum() + 1


def test_following_waits_while_a_click_is_answered_and_not_the_other_way_round() -> None:
    priority = Priority()
    clock = PoliteClock(torch.device("cpu"), priority)
    passed = list[str]()

    def follows() -> None:
        with clock.measure("BFE"):
            passed.append("following")

    with priority.work(Level.ANSWERING):
        thread = threading.Thread(target=follows)
        thread.start()
        with clock.measure("BFE"):  # of the one that is waited for
            passed.append("answer")
        time.sleep(0.05)
        assert passed == ["answer"]
    thread.join(10)
    assert passed == ["answer", "following"] and clock.total("BFE") < 0.05


def test_a_frame_that_is_made_ready_gives_way_to_an_answer_in_another() -> None:
    priority, order = Priority(), list[str]()

    def prepares() -> None:
        with priority.work(Level.PREPARING):
            priority.give_way()
            order.append("prepared")

    with priority.work(Level.ANSWERING):
        thread = threading.Thread(target=prepares)
        thread.start()
        order.append("answered")
    thread.join(10)
    assert order == ["answered", "prepared"]


def test_what_is_only_shown_leaves_most_of_the_time_to_following(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, busy = 100.0, True

    class Clock:
        @staticmethod
        def monotonic() -> float:
            return now

        @staticmethod
        def sleep(seconds: float) -> None:
            nonlocal now
            now += seconds

    monkeypatch.setattr(priorities, "time", Clock)
    share, begun = Share(lambda: busy), list[float]()

    def look(gone: bool = False) -> None:
        with share.taken(lambda: gone):
            begun.append(now)
            Clock.sleep(0 if gone else 0.1)

    look()
    look(gone=True)  # waits for nothing, and does not let the next one wait for less
    for _ in range(3):
        look()
    np.testing.assert_allclose(np.diff(begun), [0.1, 0.3, 0.4, 0.4])
    busy = False
    look()
    np.testing.assert_allclose(begun[-1] - begun[-2], 0.1)


def test_a_click_in_a_frame_that_is_not_ready_makes_it_so(page: Page) -> None:
    writer = page.session.writing
    asked = {"frame": 5, "object": 1, "box": [4, 4, 40, 40]}
    threads = [threading.Thread(target=page.ask, args=("POST", "/click", asked)) for _ in range(3)]
    page.put(0, 1, box(5))
    page.ask("POST", "/follow", {})
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert writer.ahead._prepared.has(5) and page.idle()["error"] is None
