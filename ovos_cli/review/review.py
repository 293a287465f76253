"""What a review finds in the history of a shot."""

from collections.abc import Collection
from dataclasses import dataclass

from ovos_cli.review.events import Event, Kind, events_of
from ovos_cli.review.history import confidence, given_frames
from ovos_cli.review.ranking import Look, frames_to_look_at, listed_frames
from ovos_cli.review.reading import StoredShot

_TELLING = (Kind.SWAP, Kind.DISAGREE, Kind.LOST, Kind.JUMP, Kind.SHRUNK, Kind.AREA, Kind.LEFT)
"""What may be why a mask is bad, the most telling first."""

_NEAR = 3
"""Frames between what happened and the frame that it is a reason to look at."""


@dataclass(frozen=True, slots=True)
class Review:
    """events: rising. listed: all frames that may be bad, rising. looks: frames to look at, the
    best first."""

    events: list[Event]
    listed: list[int]
    looks: list[Look]

    def reasons(self, look: Look) -> list[Event]:
        """For each object that is to be corrected in a frame, the most telling event near it."""
        found = list[Event]()
        for ident in look.objects:
            near = [
                event
                for event in self.events
                if event.kind in _TELLING
                and event.ident == ident
                and event.frame <= look.frame + _NEAR
                and event.last >= look.frame - _NEAR
            ]
            near.sort(key=lambda e: (_TELLING.index(e.kind), abs(e.frame - look.frame)))
            found += near[:1]
        return found


def reviewed(shot: StoredShot, count: int) -> Review:
    """Review a shot.

    Args:
        count: frames to look at, at most.
    """
    sure, given = confidence(shot.history), given_frames(shot.history)
    cuts: Collection[int] = shot.cuts
    events = events_of(shot.history, cuts)
    looks = frames_to_look_at(sure, given, events, cuts, count=count)
    listed = {*listed_frames(sure, given, events), *(look.frame for look in looks)}
    return Review(events, sorted(listed), looks)
