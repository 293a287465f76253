"""What a click would take: the one place where the page's clicks meet the model."""

from collections.abc import Callable
from threading import Lock

from models.clicks.answer import mask_from_prompt
from models.clicks.prompt import Mask, Prompt
from models.errors import InputError
from models.sources.stored import StoredProposals
from ovos_cli.edit.prepared import PreparedFrames
from ovos_cli.edit.priority import Level, Priority, Share
from ovos_cli.media.frame import Frame

Gone = Callable[[], bool]
"""Whether nobody waits for an answer any more: the pointer went on."""


class Clicks:
    """Answers one after the other, before everything that goes on by itself.

    What is only shown, while the pointer rests, has a share of the time.
    """

    def __init__(self, prepared: PreparedFrames, priority: Priority, share: Share) -> None:
        self._prepared, self._priority, self._share = prepared, priority, share
        self._lock = Lock()

    def mask(self, frame: Frame, prompt: Prompt, others: Mask, gone: Gone) -> Mask:
        """The mask that a prompt means.

        Args:
            frame: with its pixels.
            prompt: what a person says of the object.
            others: (H, W), pixels of other objects.

        Raises:
            InputError: the prompt cannot be meant of this frame, or nobody waits.
        """
        answers = self._prepared.ready(frame).answers
        with self._lock, self._priority.work(Level.ANSWERING):
            _check_waiting(gone)
            return mask_from_prompt(answers, prompt, others)

    def preview(self, frame: Frame, prompt: Prompt, others: Mask, gone: Gone) -> Mask:
        """The same, to be shown: once there is time. Raises InputError: see `mask`."""
        with self._share.taken(gone):
            _check_waiting(gone)
            return self.mask(frame, prompt, others, gone)

    def proposals(self, frame: Frame) -> StoredProposals:
        """Those that a prompt picks by their numbers, from 0. Raises InputError: see `ready`."""
        return self._prepared.ready(frame).proposals


def _check_waiting(gone: Gone) -> None:
    if gone():
        raise InputError("nobody waits for this answer")
