"""Answers to clicks, each worked out once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from hashlib import blake2b

from models.clicks.answer import Answers
from models.clicks.prompt import Mask, Prompt

_KEPT = 32


class OnceAnswered:
    """The answers of a frame: what was said before the latest click need not be answered again.

    One thread at a time.
    """

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._known = OrderedDict[Hashable, Mask]()

    def check(self, prompt: Prompt) -> None:
        """See `Answers`."""
        self._answers.check(prompt)

    def whole(self, prompt: Prompt) -> Mask:
        """See `Answers`."""
        return self._once(_said(prompt, None), lambda: self._answers.whole(prompt))

    def again(self, prompt: Prompt, before: Mask) -> Mask:
        """See `Answers`."""
        return self._once(_said(prompt, before), lambda: self._answers.again(prompt, before))

    def _once(self, said: Hashable, answer: Callable[[], Mask]) -> Mask:
        if said not in self._known:
            self._known[said] = answer()
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return self._known[said]


def _said(prompt: Prompt, before: Mask | None) -> Hashable:
    """All that an answer follows from."""
    masks = (None if m is None else blake2b(m.tobytes()).digest() for m in (prompt.earlier, before))
    return prompt.box, prompt.clicks, prompt.proposal, *masks
