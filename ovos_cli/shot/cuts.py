"""Cuts, looked for while frames are gone through."""

from models.functional.cuts import is_cut, shrunk
from ovos_cli.media.frame import Frame


class CutSearch:
    """Looks at frames in the order in which they are gone through, either direction.

    What it says of a frame depends on its neighbour and itself alone.
    """

    def __init__(self, known: Frame | None = None, backward: bool = False) -> None:
        """Begin.

        Args:
            known: a frame that is not gone through, but whose neighbour is.
            backward: the order in which frames come.
        """
        self._step = 1 if backward else -1
        self._known = {} if known is None else {known.index: shrunk(known.image)}
        self._latest = dict(self._known)

    def cut_before(self, frame: Frame) -> bool:
        """Whether a cut lies between this frame and the one before it in this direction.

        Not where the one before has not been seen.
        """
        small, before = shrunk(frame.image), frame.index + self._step
        neighbour = self._latest.get(before, self._known.get(before))
        self._latest = {frame.index: small}
        return neighbour is not None and is_cut(neighbour, small)
