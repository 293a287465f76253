"""What the page computes by itself, in a real browser, without a server."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ovos_cli
from tests.browser import browser

__all__ = ["browser"]

PAGE = Path(ovos_cli.__file__).parent / "edit/page"
ADDRESS = "http://page.test/"
Evaluate = Callable[[str, str], Any]


@pytest.fixture(scope="module")
def evaluate(browser: Any) -> Iterator[Evaluate]:
    """Run a function's body with a module of the page as `m`, and give back what it returns."""
    tab = browser.new_page()

    def serve(route: Any) -> None:
        name = route.request.url.removeprefix(ADDRESS)
        if name == "blank":
            route.fulfill(body="<!doctype html>", content_type="text/html")
        else:
            route.fulfill(path=PAGE / name, content_type="text/javascript")

    tab.route("**/*", serve)
    tab.goto(ADDRESS + "blank")
    yield lambda module, body: tab.evaluate(
        f"async () => {{ const m = await import('/{module}.js'); {body} }}"
    )
    tab.close()


def _array(values: np.ndarray) -> str:
    return f"Uint8Array.from({values.ravel().tolist()})"


def _painted(
    size: tuple[int, int], start: tuple[float, float], stop: tuple[float, float], diameter: int
) -> np.ndarray:
    """Two discs and the rectangle between them."""
    (x0, y0), (x1, y1) = start, stop
    ys, xs = np.mgrid[: size[0], : size[1]] + 0.5
    discs = [(xs - x) ** 2 + (ys - y) ** 2 <= diameter**2 / 4 for x, y in (start, stop)]
    length = np.hypot(x1 - x0, y1 - y0)
    along = (xs - x0) * (x1 - x0) + (ys - y0) * (y1 - y0)
    across = (xs - x0) * (y1 - y0) - (ys - y0) * (x1 - x0)
    between = (along >= 0) & (along <= length**2) & (np.abs(across) <= diameter / 2 * length)
    return discs[0] | discs[1] | between if length else discs[0]


@pytest.mark.parametrize("diameter", [1, 2, 7, 16])
@pytest.mark.parametrize(
    "line", [((5.5, 4.5), (5.5, 4.5)), ((2.5, 3.5), (30.5, 14.5)), ((-4.5, 9.5), (50.5, 9.5))]
)
def test_strokes_cover_the_pixels_that_the_brush_went_over(
    evaluate: Evaluate, diameter: int, line: tuple[tuple[float, float], tuple[float, float]]
) -> None:
    (x0, y0), (x1, y1) = line
    mask = evaluate(
        "masks",
        f"""const size = {{ width: 40, height: 20 }}, mask = new Uint8Array(800);
        m.paint(mask, size, {{ x: {x0}, y: {y0} }}, {{ x: {x1}, y: {y1} }}, {diameter}, 1);
        return [...mask];""",
    )
    expected = _painted((20, 40), (x0, y0), (x1, y1), diameter)
    assert expected.any()
    np.testing.assert_array_equal(np.reshape(mask, (20, 40)), expected)


@pytest.mark.parametrize("diameter", [1, 2, 3, 8])
def test_a_brush_is_as_wide_as_it_says_wherever_in_a_pixel_it_is_pointed(
    evaluate: Evaluate, diameter: int
) -> None:
    for x, y in ((10.0, 10.0), (10.3, 10.4), (10.99, 10.01)):
        mask = evaluate(
            "masks",
            f"""const mask = new Uint8Array(400);
            const at = m.brushMiddle({{ x: {x}, y: {y} }}, {diameter});
            m.paint(mask, {{ width: 20, height: 20 }}, at, at, {diameter}, 1); return [...mask];""",
        )
        painted = np.reshape(mask, (20, 20)) > 0
        assert painted.any(axis=0).sum() == painted.any(axis=1).sum() == diameter


def test_what_history_keeps_is_what_was_there(evaluate: Evaluate) -> None:
    ids = np.random.default_rng(0).integers(0, 3, 500).astype(np.uint8)
    body = f"return [...m.unpacked(m.packed({_array(ids)}), {ids.size})];"
    assert evaluate("masks", body) == ids.tolist()


def test_a_mask_takes_its_pixels_from_others(evaluate: Evaluate) -> None:
    ids, mask = np.array([0, 1, 1, 2, 2, 3]), np.array([0, 0, 1, 1, 0, 0])
    body = f"return [...m.withMask({_array(ids)}, 1, {_array(mask)})];"
    assert evaluate("masks", body) == [0, 0, 1, 1, 2, 3]


def test_outlines_run_along_the_sides_of_pixels(evaluate: Evaluate) -> None:
    ids = np.random.default_rng(1).integers(0, 3, (9, 13)).astype(np.uint8)
    lines = evaluate(
        "masks",
        f"""const lines = m.borders({_array(ids)}, {{ width: 13, height: 9 }});
        return Object.fromEntries([...lines].map(([id, each]) => [id, [...each]]));""",
    )
    for ident in (1, 2):
        found = set[tuple[float, float]]()  # middles of the sides, in halves of pixels
        for x0, y0, x1, y1 in np.reshape(lines[str(ident)], (-1, 4)):
            steps = x1 - x0 + y1 - y0
            for n in range(steps):
                part = (2 * n + 1) / (2 * steps)
                found.add((x0 + (x1 - x0) * part, y0 + (y1 - y0) * part))
        padded = np.pad(ids == ident, 1)
        across = padded[:, 1:] != padded[:, :-1]
        down = padded[1:] != padded[:-1]
        expected = {(float(x), y - 0.5) for y, x in zip(*np.nonzero(across), strict=True)}
        expected |= {(x - 0.5, float(y)) for y, x in zip(*np.nonzero(down), strict=True)}
        assert found == expected


def test_what_is_pointed_at_stays_when_zoomed(evaluate: Evaluate) -> None:
    body = """const picture = { width: 854, height: 480 }, stage = { width: 1000, height: 600 };
    let view = m.fitted(picture, stage);
    const seen = [];
    for (const [factor, x, y] of [[3, 200, 150], [2.5, 640, 400], [0.4, 80, 500]]) {
      const before = m.toPicture(view, { x, y });
      view = m.zoomed(view, factor, { x, y }, picture, stage);
      const after = m.toPicture(view, { x, y });
      seen.push(Math.hypot(after.x - before.x, after.y - before.y));
    }
    return seen;"""
    assert max(evaluate("view", body)) < 1e-9


def test_a_picture_cannot_be_lost(evaluate: Evaluate) -> None:
    body = """const picture = { width: 64, height: 48 }, stage = { width: 500, height: 300 };
    const view = m.panned(m.fitted(picture, stage), 1e6, -1e6, picture, stage);
    const near = m.zoomed(view, 1e9, { x: 0, y: 0 }, picture, stage);
    return [view.x < 500, view.y + 48 * view.scale > 0, near.scale < 100,
      m.pixelAt({ x: 63.99, y: 0 }, picture), m.pixelAt({ x: 64, y: 0 }, picture)];"""
    assert evaluate("view", body) == [True, True, True, {"x": 63, "y": 0}, None]


def test_a_doubtful_frame_shows_however_far_the_timeline_is(evaluate: Evaluate) -> None:
    body = """const confidence = { ...new Array(10000).fill(0.98) };
    confidence[4321] = 0.55;
    const track = { seen: [[0, 2000], [4000, null]], confidence };
    const values = m.leastInColumns(m.shades(track, 0, 9999), 0, 10000, 100);
    return [...values];"""
    shades = evaluate("tracks", body)
    assert shades[30] == 0 and shades[25] == 0
    assert 0 < shades[43] < min(shades[42], shades[44])
    assert shades[10] == shades[99] == 8


@pytest.mark.parametrize(
    ("span", "others", "left"),
    [
        ([0, 9], [], [[0, 9]]),
        ([0, 9], [[2, 3], [7, 20]], [[0, 1], [4, 6]]),
        ([5, 6], [[0, 9]], []),
        ([5, 8], [[7, None]], [[5, 6]]),
    ],
)
def test_what_of_a_range_is_in_no_other(
    evaluate: Evaluate, span: list[int], others: list[Any], left: list[Any]
) -> None:
    others_text = str(others).replace("None", "null")
    assert evaluate("spans", f"return m.minus({span}, {others_text});") == left


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ("{ key: 'Z', code: 'KeyZ', ctrlKey: true, shiftKey: true }", "ctrl+shift+z"),
        ("{ key: '?', code: 'Slash', shiftKey: true }", "?"),
        ("{ key: '&', code: 'Digit1' }", "1"),  # a French keyboard
        ("{ key: '[', code: 'Digit8', ctrlKey: true, altKey: true, modifierAltGraph: true }", "["),
        ("{ key: 'ArrowLeft', code: 'ArrowLeft', shiftKey: true }", "shift+ArrowLeft"),
        ("{ key: '+', code: 'Equal', shiftKey: true }", "+"),
    ],
)
def test_keys_have_the_same_names_on_all_keyboards(
    evaluate: Evaluate, event: str, name: str
) -> None:
    assert evaluate("keys", f"return m.nameOf(new KeyboardEvent('keydown', {event}));") == name


def test_what_a_mask_takes_from_others_is_counted(evaluate: Evaluate) -> None:
    ids, mask = np.uint8([1, 1, 2, 2, 2, 0, 3, 4]), np.uint8([1, 1, 1, 0, 0, 1, 1, 0])
    body = f"return [...m.takenFrom({_array(ids)}, 3, {_array(mask)})];"
    assert evaluate("masks", body) == [
        [1, {"taken": 2, "left": 0}],
        [2, {"taken": 1, "left": 2}],
    ]


def test_numbers_of_boxes_do_not_cover_each_other_and_are_pointed_at(evaluate: Evaluate) -> None:
    body = """const boxes = [[-9, 5, 80, 70], [-9, 5, 60, 50], [2, 7, 30, 30], [95, 95, 140, 140]];
    const tags = m.tagsOf(boxes, { width: 100, height: 100 });
    const at = (x, y) => m.boxAt({ x, y }, boxes, tags);
    const beside = m.tagsOf(Array(50).fill([0.1, 105.3, 9, 200]), { width: 640.5, height: 480.3 });
    const middles = tags.map(({ x, y }) => at(x + m.TAG.width / 2, y + m.TAG.height / 2));
    const inside = [at(29, 6), at(55, 20), at(75, 65), at(90, 20)];
    const places = new Set(beside.map(({ x, y }) => `${x} ${y}`)).size;
    const lowest = Math.max(...beside.map(({ y }) => y));
    return { tags, middles, inside, tag: m.TAG, places, lowest };"""
    found = evaluate("tags", body)
    assert found["middles"] == [0, 1, 2, 3] and found["places"] == 50
    assert found["lowest"] <= 480.3 - found["tag"]["height"]
    assert found["inside"] == [1, 1, 0, None]  # the smallest one around
    for n, one in enumerate(found["tags"]):
        assert 0 <= one["x"] <= 100 - found["tag"]["width"]
        for other in found["tags"][:n]:
            apart = abs(one["x"] - other["x"]), abs(one["y"] - other["y"])
            assert apart[0] >= found["tag"]["width"] or apart[1] >= found["tag"]["height"]


def test_what_was_asked_for_earlier_and_comes_later_is_not_taken(evaluate: Evaluate) -> None:
    body = """const answers = [];
    const asked = () => new Promise((resolve) => answers.push(resolve));
    const shot = new m.Shot({ shot: asked, timeline: asked });
    const both = [shot.loadTimeline(), shot.loadTimeline()];
    answers[1]({ name: 'new' });
    answers[0]({ name: 'old' });
    await Promise.all(both);
    const asking = shot.loadTimeline();
    shot.takeTimeline({ name: 'of a write' });
    answers[2]({ name: 'old' });
    await asking;
    const info = shot.loadInfo();
    shot.takeFollowing({ state: 'running' });
    answers[3]({ name: 'shot', following: { state: 'idle' } });
    await info;
    return [shot.timeline.name, shot.info.name, shot.info.following.state];"""
    assert evaluate("shot", body) == ["of a write", "shot", "running"]
