"""What of a chain is left to do, without a network."""

import pytest

from ovos_cli.shot.plan import Chain, Plan
from ovos_cli.shot.prompts import Keyframe, Prompts
from ovos_cli.shot.remaining import (
    END,
    Part,
    Wanted,
    frames_through,
    going_on,
    missing_part,
    stretches,
)

ALL = Wanted(0, None)
Way = dict[int, str]


def planned(*given: int, last: int | None = 30, locked: frozenset[int] = frozenset()) -> Plan:
    keyframes = {frame: Keyframe(frozenset({1}), str(frame)) for frame in given}
    return Plan(Prompts(keyframes, 0, last, {}, locked))


def chain_of(plan: Plan, *, backward: bool = False) -> Chain:
    """The first of a direction."""
    return next(chain for chain in plan.chains if chain.backward is backward)


def found_of(plan: Plan, *frames: int) -> dict[bool, Way]:
    """Results of both ways, as they are wanted."""
    keys = {way: [(f, plan.key(f, backward=way)) for f in frames] for way in (False, True)}
    return {way: {f: key for f, key in keys[way] if key is not None} for way in keys}


def missing(
    plan: Plan, chain: Chain, wanted: Wanted = ALL, found: dict[bool, Way] | None = None
) -> Part | None:
    def keys(frames: range, *, backward: bool) -> Way:
        return {f: key for f, key in (found or {}).get(backward, {}).items() if f in frames}

    return missing_part(plan, chain, wanted, plan.prompts.last, keys)


def test_of_a_shot_of_unknown_length_all_that_follows_is_missing() -> None:
    plan = planned(0, last=None)
    assert missing(plan, chain_of(plan)) == Part(1, None)
    assert missing(plan, chain_of(plan), Wanted(0, 5)) == Part(1, 5)


def test_what_is_found_is_not_missing_and_what_lies_between_is_gone_through() -> None:
    plan = planned(0)
    chain = chain_of(plan)
    assert missing(plan, chain) == Part(1, 30)
    assert missing(plan, chain, found=found_of(plan, *range(9))) == Part(9, 30)
    most = {*range(31)} - {4, 7}
    assert missing(plan, chain, found=found_of(plan, *most)) == Part(4, 7)
    assert missing(plan, chain, found=found_of(plan, *range(31))) is None


def test_what_was_found_of_other_masks_is_missing() -> None:
    plan, before = planned(0), planned(3, last=30)
    assert missing(plan, chain_of(plan), found=found_of(before, *range(31))) == Part(1, 30)


def test_backward_a_part_begins_at_its_highest_frame() -> None:
    plan = planned(20)
    chain = chain_of(plan, backward=True)
    assert missing(plan, chain) == Part(19, 0)
    assert missing(plan, chain, Wanted(8, None)) == Part(19, 8)
    assert missing(plan, chain, found=found_of(plan, 19, 18, 0)) == Part(17, 1)


@pytest.mark.parametrize(
    ("wanted", "forward", "backward"),
    [
        (Wanted(0, 9), True, False),  # from 10 back to 1 it comes by, but not from 20 to 11
        (Wanted(12, 15), False, True),
        (Wanted(9, 11), True, True),
    ],
)
def test_a_chain_that_ends_before_what_is_wanted_is_not_gone(
    wanted: Wanted, forward: bool, backward: bool
) -> None:
    plan = planned(0, 10, 20)
    first, latest = chain_of(plan), chain_of(plan, backward=True)
    assert (first.last, latest.last) == (9, 11)
    assert (missing(plan, first, wanted) is not None) is forward
    assert (missing(plan, latest, wanted) is not None) is backward


def test_forward_goes_as_far_as_a_way_back_needs_it() -> None:
    keyframes = {0: Keyframe(frozenset({1, 2}), "a"), 20: Keyframe(frozenset({1}), "b")}
    plan = Plan(Prompts(keyframes, 0, 30, {}, frozenset()))
    assert chain_of(plan, backward=True).joins()  # object 2 is followed along
    assert missing(plan, chain_of(plan), Wanted(2, 4)) == Part(1, 20)
    alone = planned(0, 20)
    assert missing(alone, chain_of(alone), Wanted(2, 4)) == Part(1, 4)


def test_where_it_goes_on() -> None:
    plan = planned(20)
    assert [going_on(chain_of(plan), after) for after in (None, 25)] == [20, 26]
    assert [going_on(chain_of(plan, backward=True), after) for after in (None, 15)] == [20, 14]


def test_locked_frames_are_left_out() -> None:
    forward, back = (
        chain_of(planned(9, locked=frozenset({4, 5, 12})), backward=w) for w in (False, True)
    )
    assert stretches(forward, 9, 20) == [(9, 11), (13, 20)]
    assert stretches(forward, 13, None) == [(13, END)]
    assert stretches(back, 9, 0) == [(6, 9), (0, 3)]
    assert stretches(forward, 20, 19) == []
    assert frames_through(forward, Part(10, 20), None) == 11
    assert frames_through(back, Part(8, 0), 7) == 1 + 4
