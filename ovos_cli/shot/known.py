"""What of a frame is known already: by each way, under the key that the plan gives it."""

from typing import NamedTuple

from ovos_cli.shot.meeting import Found
from ovos_cli.shot.plan import Plan
from ovos_cli.shot.store import Store


class Ways(NamedTuple):
    """What the ways found in a frame; None where they do not pass."""

    forward: Found | None
    backward: Found | None


def known_ways(
    plan: Plan, store: Store, frame: int, fresh: tuple[bool, Found] | None = None
) -> Ways | None:
    """What all ways that pass a frame found there; None if one has not been there yet.

    Args:
        fresh: what a way just found, and whether it is the backward one.
    """
    ways = list[Found | None]()
    for backward in (False, True):
        key = plan.key(frame, backward=backward)
        found: Found | None = None
        if key is not None and fresh is not None and fresh[0] == backward:
            found = fresh[1]
        elif key is not None:
            found = store.found(frame, key, backward=backward)
        if key is not None and found is None:
            return None
        ways.append(found)
    return Ways(*ways)
