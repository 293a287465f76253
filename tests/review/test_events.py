"""What happened to objects."""

from dataclasses import replace

from ovos_cli.review.events import Event, Kind, events_of
from ovos_cli.review.history import Seen, runs


def still(count: int = 40) -> dict[int, Seen]:
    """An object that stays where it is; its first mask is given."""
    seen = Seen(0.9, "forward", 1000.0, (100.0, 100.0), kept=0.95)
    return {0: replace(seen, origin="given"), **dict.fromkeys(range(1, count), seen)}


def changed(track: dict[int, Seen], first: int, last: int, **values: object) -> dict[int, Seen]:
    return track | {f: replace(track[f], **values) for f in range(first, last + 1)}  # type: ignore[arg-type]


def kinds(events: list[Event]) -> list[tuple[Kind, int, int]]:
    return [(event.kind, event.frame, event.last) for event in events]


def test_of_an_object_that_stays_there_is_nothing_to_say() -> None:
    assert events_of({1: still(), 2: still()}) == []


def test_lost_in_the_middle_left_at_the_edge_and_back() -> None:
    gone = changed(still(), 10, 15, area=0.0, centre=None)
    assert kinds(events_of({1: gone})) == [(Kind.LOST, 10, 15), (Kind.BACK, 16, 16)]
    large = changed(gone, 9, 9, at_edge=True)
    assert kinds(events_of({1: large}))[0] == (Kind.LOST, 10, 15)
    leaving = changed(gone, 9, 9, at_edge=True, area=450.0)
    assert (Kind.LEFT, 10, 15) in kinds(events_of({1: leaving}))


def test_jumps_are_beyond_what_the_object_does_all_the_time() -> None:
    larger = changed(still(), 20, 39, area=2000.0)
    assert kinds(events_of({1: larger})) == [(Kind.AREA, 20, 20)]
    away = changed(still(), 20, 39, centre=(100.0, 200.0))
    away = changed(away, 20, 20, kept=0.0)
    assert kinds(events_of({1: away})) == [(Kind.JUMP, 20, 20)]
    assert events_of({1: away}, cuts=[20])[0].kind is Kind.CUT
    restless = {f: replace(s, centre=(100.0, 80.0 * f), kept=0.0) for f, s in still().items()}
    assert events_of({1: restless}) == []


def test_what_a_person_draws_is_no_jump() -> None:
    corrected = changed(still(), 20, 20, origin="given", area=2000.0)
    assert events_of({1: changed(corrected, 21, 39, area=2000.0)}) == []


def test_small_beside_the_nearest_given_mask() -> None:
    small = still() | {
        f: replace(s, area=1000.0 * 0.95 ** max(0, f - 5)) for f, s in still().items() if f
    }
    (event,) = events_of({1: small})
    assert event.kind is Kind.SHRUNK and event.frame == 23 and event.last == 39


def test_two_objects_that_touch_and_one_that_takes_the_others_place() -> None:
    one = changed(still(), 10, 20, beside={2: 0.3})
    assert [(e.kind, e.other) for e in events_of({1: one})] == [(Kind.OVERLAP, 2)]
    taken = changed(still(), 15, 15, taken={2: 0.8})
    assert kinds(events_of({1: taken})) == [(Kind.SWAP, 15, 39)]
    mended = changed(taken, 30, 30, origin="given")
    assert kinds(events_of({1: mended})) == [(Kind.SWAP, 15, 29)]


def test_forward_and_backward_disagree() -> None:
    apart = changed(still(), 10, 14, agreement=0.2, origin="merged")
    assert kinds(events_of({1: apart})) == [(Kind.DISAGREE, 10, 14)]


def test_runs_of_frames() -> None:
    assert runs([3, 1, 2, 7, 9]) == [(1, 3), (7, 7), (9, 9)]
    assert runs([1, 2, 5, 9], bridged=2) == [(1, 5), (9, 9)]
