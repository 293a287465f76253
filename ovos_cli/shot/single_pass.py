"""What cannot be said of a source that is read only once."""

from models.errors import InputError
from ovos_cli.shot.prompts import Prompts


def refuse_going_back(prompts: Prompts, source: str) -> None:
    """See that one way forward from the first frame is all there is to do.

    Raises:
        InputError: it is not.
    """
    once = f"{source} can be read only once"
    first, latest = min(prompts.keyframes), max(prompts.keyframes)
    if prompts.locked:
        raise InputError(f"{once}: no frames of it can be locked")
    if first > prompts.first:
        raise InputError(
            f"{once}: a mask must be of frame {prompts.first}, the first that is read, and the "
            f"first mask is of frame {first}"
        )
    if latest > prompts.first and not prompts.forward:
        raise InputError(
            f"{once}, and objects are looked for before the mask of frame {latest} too; add "
            "--forward, or save the video in a file first"
        )
