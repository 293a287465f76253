"""Planning, without a network: what is computed, from what, and what a change changes."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ovos_cli.shot.plan import SEEDS, Chain, Plan
from ovos_cli.shot.prompts import Keyframe, Prompts, Span, representatives


def said(
    given: dict[int, set[int]],
    last: int | None = 30,
    *,
    absences: dict[int, tuple[Span, ...]] | None = None,
    forward: bool = False,
    edited: frozenset[int] = frozenset(),
) -> Prompts:
    keyframes = {
        frame: Keyframe(frozenset(ids), f"{frame}{'*' if frame in edited else ''}")
        for frame, ids in given.items()
    }
    return Prompts(keyframes, 0, last, absences or {}, forward=forward)


def ends(plan: Plan) -> list[tuple[bool, tuple[int, ...], int | None]]:
    return [(chain.backward, chain.seeds, chain.last) for chain in plan.chains]


def test_one_mask_is_followed_forward_to_the_end_and_backward_to_the_beginning() -> None:
    assert ends(Plan(said({0: {1}}, last=None))) == [(False, (0,), None)]
    assert ends(Plan(said({7: {1}}))) == [(False, (7,), 30), (True, (7,), 0)]
    assert ends(Plan(said({7: {1}}, forward=True))) == [(False, (7,), 30)]


def test_between_two_masks_both_ways_meet_and_each_mask_is_a_new_beginning() -> None:
    assert ends(Plan(said({0: {1}, 12: {1}, 20: {1}}))) == [
        (False, (0,), 11),
        (False, (0, 12), 19),
        (False, (0, 12, 20), 30),
        (True, (20,), 13),
        (True, (20, 12), 1),
    ]


def test_the_nearest_masks_are_remembered_and_forward_the_first_one() -> None:
    chains = Plan(said({f: {1} for f in range(0, 30, 5)})).chains
    forward, backward = ([c.seeds for c in chains if c.backward is way] for way in (False, True))
    assert forward[1:3] == [(0, 5), (0, 5, 10)]
    assert forward[-1] == (0, *range(25 - 5 * (SEEDS - 1), 26, 5))
    assert backward[-1] == (*range(5 + 5 * (SEEDS - 1), 4, -5),)


def test_the_first_mask_of_an_object_that_begins_later_is_remembered_too() -> None:
    given = {0: {1}, 5: {1, 2}} | {f: {1, 2} for f in range(10, 50, 5)}
    chains = Plan(said(given, last=60)).chains
    forward = [c.seeds for c in chains if not c.backward]
    assert forward[:2] == [(0,), (0, 5)]
    assert forward[-1] == (0, 5, 35, 40, 45)


def test_a_mask_of_one_object_of_two_is_no_new_beginning() -> None:
    plan = Plan(said({0: {1, 2}, 12: {2}}))
    assert ends(plan) == [(False, (0,), 30), (True, (12,), 1)]
    begin = next(plan.chains[1].steps())
    # The other one is followed along, from where the forward way has it.
    assert (begin.given, begin.joined) == ({2}, {1})


def test_what_is_away_is_absent_for_a_while_or_ends() -> None:
    absences = {1: (Span(5, 8),), 2: (Span(20, None),)}
    (chain,) = Plan(said({0: {1, 2}}, absences=absences)).chains
    steps = {step.frame: step for step in chain.steps()}
    assert [f for f, step in steps.items() if step.absent] == [5, 6, 7, 8]
    assert [f for f, step in steps.items() if step.drop] == [20] and steps[20].drop == {2}


def test_until_it_is_given_again_is_until_then() -> None:
    prompts = said({0: {1}, 20: {1}}, absences={1: (Span(5, None),)})
    assert [f for f in range(31) if prompts.away(1, f)] == [*range(5, 20)]
    assert not prompts.gone(1, 10)


@pytest.mark.parametrize("seed", range(40))
def test_every_object_is_followed_where_it_should_be(seed: int) -> None:
    """Against a naive reading of the rules, on made-up shots."""
    chance = random.Random(seed)
    given = {
        frame: set(chance.sample([1, 2, 3], chance.randint(1, 3)))
        for frame in chance.sample(range(31), chance.randint(1, 5))
    }
    prompts = said(given, forward=chance.random() < 0.4)
    followed = {False: {}, True: {}}  # type: dict[bool, dict[int, set[int]]]
    for chain in Plan(prompts).chains:
        here: set[int] = set()
        for step in chain.steps():
            here = (here - step.drop) | step.given | step.joined
            if chain.computes(step.frame):
                assert step.frame not in followed[chain.backward], "computed twice"
                followed[chain.backward][step.frame] = here - step.absent
    for frame in range(31):
        for ident in {i for ids in given.values() for i in ids}:
            frames = sorted(f for f, ids in given.items() if ident in ids)
            if frame in frames:
                continue
            sought_behind = frame < frames[-1] and not prompts.forward
            assert (ident in followed[False].get(frame, ())) == (frame > frames[0])
            if sought_behind:
                assert ident in followed[True][frame]
            assert not (prompts.forward and followed[True])


def keys(plan: Plan) -> dict[int, str]:
    return {frame: plan.final_key(frame) for frame in range(31)}


def changed(before: Prompts, after: Prompts) -> list[int]:
    one, other = keys(Plan(before, "b")), keys(Plan(after, "b"))
    return [frame for frame in range(31) if one[frame] != other[frame]]


def test_a_correction_changes_what_lies_beside_it_and_nothing_beyond_what_is_remembered() -> None:
    starts = [*range(0, 31, 3)]
    before = said({f: {1} for f in starts})
    assert changed(before, before) == []
    after = said({f: {1} for f in starts}, edited=frozenset({15}))
    # Forward from 15 and the next masks that remember it, backward likewise.
    reach = range(15 - 3 * SEEDS + 1, 15 + 3 * SEEDS)
    assert changed(before, after) == [f for f in reach if f not in starts or f == 15]
    # Of the first mask all follows that is found forward.
    first = said({f: {1} for f in starts}, edited=frozenset({0}))
    assert changed(before, first) == [0, *(f for f in range(31) if f not in starts)]


def test_of_another_source_or_model_nothing_holds() -> None:
    prompts = said({0: {1}, 9: {1}})
    one, other = Plan(prompts, "one"), Plan(prompts, "other")
    assert not {*keys(one).values()} & {*keys(other).values()}


def test_keys_do_not_depend_on_where_the_range_ends() -> None:
    prompts = said({0: {1}}, last=None)
    plans = [Plan(replace(prompts, last=last), "b") for last in (None, 9, 30)]
    assert len({plan.key(9, backward=False) for plan in plans}) == 1


def test_locked_frames_are_remembered_by_a_few() -> None:
    present = {f: frozenset({1} | ({2} if 30 <= f < 50 else set())) for f in range(200)}
    assert representatives(present) == [0, 30, 49, 64, 128, 192, 199]
    keyframes = {f: Keyframe(present[f], str(f), locked=True) for f in representatives(present)}
    prompts = Prompts(keyframes, 0, 250, locked=frozenset(present))
    plan = Plan(prompts)
    assert all(plan.key(f, backward=False) is None for f in present if f not in keyframes)
    stepped = {step.frame for chain in plan.chains for step in chain.steps()}
    assert stepped & set(present) <= set(keyframes)
    assert prompts.away(2, 199) and not prompts.away(2, 200)
    assert isinstance(plan.chain(220, backward=False), Chain)


def test_planning_takes_time_in_proportion_to_what_is_planned() -> None:
    """Counted, not clocked: each mask is looked at a few times, however many there are."""
    looks = []

    class Counted(dict[int, Keyframe]):
        def get(self, frame: int, default: Keyframe | None = None) -> Keyframe | None:  # type: ignore[override]
            looks.append(frame)
            return super().get(frame, default)

        def __iter__(self) -> Iterator[int]:
            looks.extend(self.keys())
            return super().__iter__()

    def cost(masks: int) -> int:
        looks.clear()
        keyframes = Counted({10 * i: Keyframe(frozenset({1}), str(i)) for i in range(masks)})
        plan = Plan(Prompts(keyframes, 0, 10 * masks))
        for frame in range(10 * masks):
            plan.final_key(frame)
        return len(looks)

    assert cost(400) < 4.5 * cost(100)
