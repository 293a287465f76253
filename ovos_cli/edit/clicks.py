"""What a click would take: the one place where the page's clicks meet the model."""

from collections.abc import Callable
from threading import Lock

from models.clicks.answer import mask_from_prompt
from models.clicks.prompt import Mask, Prompt
from models.errors import InputError
from models.sources.stored import StoredProposals
from ovos_cli.edit.prepared import PreparedFrames
from ovos_cli.edit.priority import Level, Priority
from ovos_cli.media.frame import Frame


class Clicks:
    """Answers one after the other, before everything that goes on by itself."""

    def __init__(self, prepared: PreparedFrames, priority: Priority) -> None:
        self._prepared, self._priority = prepared, priority
        self._lock = Lock()

    def mask(self, frame: Frame, prompt: Prompt, others: Mask, gone: Callable[[], bool]) -> Mask:
        """The mask that a prompt means.

        Args:
            frame: with its pixels.
            prompt: what a person says of the object.
            others: (H, W), pixels of other objects.
            gone: whether nobody waits for the answer any more: the pointer went on.

        Raises:
            InputError: the prompt cannot be meant of this frame, or nobody waits.
        """
        answers = self._prepared.ready(frame).answers
        with self._lock, self._priority.work(Level.ANSWERING):
            if gone():
                raise InputError("nobody waits for this answer")
            return mask_from_prompt(answers, prompt, others)

    def proposals(self, frame: Frame) -> StoredProposals:
        """Those that a prompt picks by their numbers, from 0. Raises InputError: see `ready`."""
        return self._prepared.ready(frame).proposals
