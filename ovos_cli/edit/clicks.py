"""What a click would take: the one place where the page's clicks meet the model."""

from threading import Lock

from models.clicks.answer import mask_from_prompt
from models.clicks.prompt import Mask, Prompt
from ovos_cli.edit.prepared import PreparedFrames, ReadyFrame
from ovos_cli.edit.priority import Priority
from ovos_cli.media.frame import Frame


class Clicks:
    """Answers one after the other, before everything that goes on by itself."""

    def __init__(self, prepared: PreparedFrames, priority: Priority) -> None:
        self._prepared, self._priority = prepared, priority
        self._lock = Lock()

    def mask(self, frame: Frame, prompt: Prompt, others: Mask) -> Mask:
        """The mask that a prompt means.

        Args:
            frame: with its pixels.
            prompt: what a person says of the object.
            others: (H, W), pixels of other objects.

        Raises:
            InputError: the prompt cannot be meant of this frame.
        """
        with self._priority.first(), self._lock:
            return _answer(self._prepared.ready(frame), prompt, others)


def _answer(ready: ReadyFrame, prompt: Prompt, others: Mask) -> Mask:
    return mask_from_prompt(ready.frame.image, ready.proposals, prompt, others)
