"""The benchmark's report: its data, its pictures, and the page in a real browser."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.errors import InputError
from ovos_cli.benchmarking.timing import timing_summary
from ovos_cli.datasets import Dataset, DatasetName, open_dataset
from ovos_cli.evaluation.files import results_record
from ovos_cli.evaluation.results import SequenceScores
from ovos_cli.evaluation.scoring import score_all
from ovos_cli.html_report import charts, pictures, tables
from ovos_cli.html_report.gallery import spread
from ovos_cli.html_report.page import write_report
from ovos_cli.html_report.runs import Run, means, parse_run, read_run, sequence_means
from ovos_cli.html_report.worst import worst_frames
from tests.browser import browser
from tests.trees import copy_truth, davis_tree, write_sequence, youtube_tree

__all__ = ["browser"]

ODD = "a-long-name & <b>more"


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    root = davis_tree(tmp_path / "davis", frames=14)
    write_sequence(root, ODD, 14, 3)
    return open_dataset(DatasetName.DAVIS17, root, "all")


def _record(dataset: Dataset, masks: Path, method: str) -> dict[str, Any]:
    times = {"times": {"BFE": [9.0, *[0.2] * 13], "MRN": [9.0, *[0.3] * 13]}}
    scores = [
        SequenceScores(s.name, s.frames, s.size, s.objects, 7.0, None, times)
        for s in score_all(list(dataset.sequences), masks)
    ]
    settings = {"size": 480, "device": "cpu", "note": "word" * 60}
    timing = timing_summary(scores, settings)
    record = results_record(dataset, scores, method=method, settings=settings, timing=timing)
    return record | {"split": "val"}


@pytest.fixture
def masks(dataset: Dataset, tmp_path: Path) -> Path:
    """The truth moved aside, and one object lost at the end of `dogs`."""
    from PIL import Image

    from tests.conftest import write_indexed

    folder = copy_truth(dataset.root, tmp_path / "masks", shift=4)
    for path in sorted((folder / "dogs").glob("*.png"))[8:]:
        with Image.open(path) as picture:
            ids = np.array(picture)
        write_indexed(path, np.where(ids == 2, 0, ids).astype(np.uint8))
    return folder


@pytest.fixture
def run(dataset: Dataset, masks: Path) -> Run:
    return parse_run(_record(dataset, masks, "ours"))


@pytest.fixture
def baseline(dataset: Dataset, tmp_path: Path) -> Run:
    shifted = copy_truth(dataset.root, tmp_path / "baseline", shift=9)
    record = _record(dataset, shifted, "<i>moved</i> " + "by-nine-pixels" * 5)
    says = {"baseline": "moved aside", "opencv": "5", "note": "for perspective"}
    return parse_run(record | {"settings": says})


@pytest.fixture
def page(run: Run, masks: Path, dataset: Dataset, baseline: Run, tmp_path: Path) -> Path:
    target = tmp_path / "report.html"
    write_report(run, masks, dataset, target, [baseline])
    return target


def test_means_weigh_objects_alike(run: Run) -> None:
    for sequence in run.sequences.values():
        each = [np.mean([o.j, o.f]) for o in sequence.objects.values()]
        total = sequence_means(sequence)
        assert total is not None and total[0] == pytest.approx(np.mean(each))
        first = next(iter(sequence.objects.values()))
        both = means(first)
        assert both == pytest.approx((each[0], np.mean(first.j), np.mean(first.f)))


def test_worst_frames_are_the_worst_and_differ(run: Run) -> None:
    chosen = worst_frames(run, 9)
    every = [
        (j + f) / 2
        for s in run.sequences.values()
        for o in s.objects.values()
        for j, f in zip(o.j, o.f, strict=True)
    ]
    assert chosen[0].score == min(every) == 0.0
    assert (chosen[0].sequence, chosen[0].ident) == ("dogs", 2)
    assert [c.score for c in chosen] == sorted(c.score for c in chosen)
    places = [(c.sequence, c.ident) for c in chosen]
    assert max(map(places.count, places)) <= 2
    for one in chosen:
        near = [c.position for c in chosen if (c.sequence, c.ident) == (one.sequence, one.ident)]
        assert all(abs(a - one.position) >= 5 for a in near if a != one.position)


def test_summary_names_what_is_published_only(run: Run, baseline: Run) -> None:
    heads, rows = tables.summary(run, [baseline])
    assert [r.kind for r in rows] == ["subject", "baseline", *["published"] * (len(rows) - 2)]
    assert {len(r.cells) for r in rows} == {len(heads)}
    assert rows[0].cells[heads.index("J&F-Mean")] == f"{run.measures['J&F-Mean']:.3f}"
    assert rows[0].cells[heads.index("s / frame")] == "0.500"
    # The paper's Table 1, R50: J 81.0, F 87.0, G 84.0; it gives no recall.
    quoted = next(r for r in rows if r.name == "DMN-AOA R50 (paper)")
    row = dict(zip(heads, quoted.cells, strict=True))
    assert (row["J-Mean"], row["F-Mean"], row["J&F-Mean"]) == ("0.810", "0.870", "0.840")
    assert row["J-Recall"] == row["s / frame"] == tables.NONE
    train = replace(run, split="train")
    assert [r.kind for r in tables.summary(train, [])[1]] == ["subject"]


def test_g_never_stands_for_j_and_f(run: Run) -> None:
    # The paper's Table 2, R50: G 82.5, and no J and F over all categories.
    youtube = replace(run, dataset="ytvos18")
    assert [r.kind for r in tables.summary(youtube, [])[1]] == ["subject"]
    with_g = replace(youtube, measures={**run.measures, "G": 0.5})
    heads, rows = tables.summary(with_g, [])
    quoted = next(r for r in rows if r.name == "DMN-AOA R50 (paper)")
    row = dict(zip(heads, quoted.cells, strict=True))
    assert (row["J&F-Mean"], row["G"]) == (tables.NONE, "0.825")


@pytest.mark.parametrize("measures", [[], ["J&F-Mean"], ["J&F-Mean", "G"]])
def test_the_papers_g_is_no_line_on_bars_of_j_and_f(
    run: Run, masks: Path, dataset: Dataset, tmp_path: Path, measures: list[str]
) -> None:
    youtube = replace(run, dataset="ytvos18", measures=dict.fromkeys(measures, 0.5))
    write_report(youtube, masks, dataset, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text("utf-8")
    assert "mean of the whole split" not in text
    assert ("Published rows are quoted" in text) == ("G" in measures)


def test_bars_of_a_large_set_say_that_they_are_some(run: Run) -> None:
    assert charts.ranked_note(run) == "J&F of each sequence"
    one = next(iter(run.sequences.values()))
    many = replace(run, sequences={f"{i}": replace(one, name=f"{i}") for i in range(70)})
    assert charts.ranked_note(many) == "J&F of the 60 lowest of 70 sequences"


def test_timing_has_shares_and_the_paper_s(run: Run) -> None:
    rows = tables.timing_rows(run.timing)
    # Table 4: BFE .009, MRN .066. The first frame of a sequence is not counted.
    assert rows[0] == ("BFE", "0.200", "0.200", "0.200", "40%", "0.009", "12%")
    assert rows[1] == ("MRN", "0.300", "0.300", "0.300", "60%", "0.066", "88%")
    assert rows[2][:2] == ("sum", "0.500")


@pytest.mark.parametrize(
    ("count", "wanted", "expected"),
    [(5, 3, [0, 2, 4]), (2, 12, [0, 1]), (1, 12, [0]), (100, 2, [0, 99])],
)
def test_contact_sheets_have_both_ends(count: int, wanted: int, expected: list[int]) -> None:
    assert spread(count, wanted) == expected


def test_window_holds_the_object_in_the_frame_s_shape() -> None:
    masks = np.zeros((100, 200), bool)
    masks[90:100, 185:200] = True
    rows, columns = pictures.window(masks, 2.0)
    assert (rows.stop, columns.stop) == (100, 200)
    assert (rows.stop - rows.start, columns.stop - columns.start) == (40, 80)
    assert pictures.window(np.zeros((100, 200), bool), 2.0) == (slice(0, 100), slice(0, 200))
    assert pictures.window(np.ones((100, 200), bool), 2.0) == (slice(0, 100), slice(0, 200))


def test_comparison_outlines_truth_and_prediction_where_they_are() -> None:
    image = np.full((100, 200, 3), 90, np.uint8)
    truth, prediction = np.zeros((2, 100, 200), bool)
    truth[10:90, 20:80], prediction[10:90, 120:180] = True, True
    out = pictures.comparison(image, truth, prediction, 200).astype(int)
    assert out.shape == (100, 200, 3)
    for colour, left, right in ((pictures.TRUTH, 20, 79), (pictures.PREDICTION, 120, 179)):
        ys, xs = np.nonzero(np.abs(out - colour).sum(axis=2) < 30)
        assert (xs.min(), xs.max()) == pytest.approx((left, right), abs=2)
        assert (ys.min(), ys.max()) == pytest.approx((10, 89), abs=2)


def test_thumbnail_tints_named_ids_and_leaves_holes() -> None:
    ids = np.zeros((90, 160), np.uint8)
    ids[20:70, 20:90] = 3
    ids[40:50, 40:70] = 0
    ids[5:15, 100:150] = 7
    out = pictures.thumbnail(np.zeros((90, 160, 3), np.uint8), ids, {3: (200, 100, 0)}, 160)
    assert out[30, 30].tolist() == [100, 50, 0]
    assert not out[45, 55].any() and not out[10, 120].any()


def test_page_stands_alone(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not list(page.parent.glob(".report*"))
    outside = re.findall(
        r"(?:src|href|xlink:href)=[\"'](?!data:|#)[^\"']*|@import|<script|<link", text
    )
    assert outside == []
    assert all(u.startswith("#") for u in re.findall(r"url\(([^)]*)\)", text))
    assert "<b>more" not in text and "<i>moved" not in text
    ids = re.findall(r'\bid="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]*)"', text)) <= set(ids)
    assert ": moved aside, OpenCV 5, for perspective." in text
    assert "0b0b0" not in text  # every stand-in for a colour of the page was replaced


def test_without_truth_there_are_pictures_and_no_scores(tmp_path: Path) -> None:
    data = open_dataset(DatasetName.YTVOS18, youtube_tree(tmp_path / "ytvos"))
    sequence = data.sequences[0]
    scores = [SequenceScores(sequence.name, list(sequence.frames), sequence.size, {})]
    run = parse_run(results_record(data, scores, method="ours", settings={}))
    target = tmp_path / "report.html"
    write_report(run, tmp_path / "no-masks", data, target)
    text = target.read_text("utf-8")
    assert text.count("<img") == len(sequence.frames) == 11
    assert "<svg" not in text and "Worst frames" not in text
    assert "STM" not in text and "quoted" not in text


def test_youtube_has_its_own_measure_first_and_nothing_that_hides_it(run: Run) -> None:
    parts = ("J-Seen", "J-Unseen", "F-Seen", "F-Unseen")
    measures = {**run.measures, **dict.fromkeys(parts, 0.5), "G": 0.5}
    heads, rows = tables.summary(replace(run, dataset="ytvos18", measures=measures), [])
    assert heads == ("G", *parts, "J&F-Mean", "J-Mean", "F-Mean", "s / frame", "sequences")
    paper = next(r for r in rows if r.name == "DMN-AOA R50 (paper)")
    assert paper.cells[:5] == ("0.825", "0.825", "0.762", "0.869", "0.842")


def test_machines_and_what_was_timed_are_named(
    run: Run, masks: Path, dataset: Dataset, tmp_path: Path
) -> None:
    record = {**run.record, "machine": {"several": "see each sequence's"}}
    timing = {**record["timing"], "processors": ["Abacus 1", "Abacus 2"]}
    sequences = dict(record["sequences"])
    for number, name in enumerate(sequences):
        machine = {"processor": f"Abacus {1 + number % 2}", "cores": 9}
        sequences[name] = {**sequences[name], "machine": machine}
    several = parse_run({**record, "timing": timing, "sequences": sequences})
    write_report(several, masks, dataset, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text("utf-8")
    assert "objects a frame, 64x48; Abacus 1, Abacus 2." in text
    for number in "12":
        assert re.search(rf"machine\.{number}\.processor</th><td>Abacus {number}<", text)


def test_what_nobody_scores_need_not_be_a_mask(
    run: Run, masks: Path, dataset: Dataset, tmp_path: Path
) -> None:
    from PIL import Image

    for name in ("00000", "00004"):
        Image.new("RGB", (64, 48), (200, 0, 0)).save(masks / f"dogs/{name}.png")
        if name == "00000":
            write_report(run, masks, dataset, tmp_path / "report.html")
    with pytest.raises(InputError, match=r"00004\.png is in colour"):
        write_report(run, masks, dataset, tmp_path / "report.html")


@pytest.mark.parametrize("content", [None, "{", "[]", '{"sequences": {}, "measures": null}'])
def test_what_is_no_result_is_refused_by_name(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "results.json").write_text(content)
    with pytest.raises(InputError, match=r"results\.json"):
        read_run(tmp_path)


def test_data_set_must_hold_the_sequences(run: Run, masks: Path, dataset: Dataset) -> None:
    with pytest.raises(InputError, match="dogs"):
        write_report(run, masks, dataset.select(["bear"]), masks / "report.html")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_a_browser_everything_shows(browser: Any, page: Path, width: int, scheme: str) -> None:
    tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    requests: list[str] = []
    troubles: list[str] = []
    tab.on("request", lambda r: requests.append(r.url))
    tab.on("console", lambda message: troubles.append(message.text))
    tab.on("pageerror", lambda error: troubles.append(str(error)))
    tab.goto(page.as_uri())
    seen = tab.evaluate(
        """() => ({
            broken: [...document.images].filter(i => !(i.complete && i.naturalWidth > 0)).length,
            pictures: document.images.length,
            wide: document.documentElement.scrollWidth,
            // Nothing sticks out but what scrolls inside itself.
            out: [...document.querySelectorAll('body *')]
                .filter(e => !e.closest('.scroll table') && !e.closest('svg *'))
                .filter(e => e.getBoundingClientRect().right > innerWidth + 0.5)
                .map(e => e.tagName + '.' + e.className),
            plots: [...document.querySelectorAll('svg.plot')]
                .map(e => e.getBoundingClientRect()).map(r => [r.width, r.height]),
            letters: [...document.querySelectorAll('svg.plot text')]
                .map(e => e.getBoundingClientRect().height),
            ink: getComputedStyle(document.querySelector('svg.plot text')).fill,
        })"""
    )
    assert [r for r in requests if not r.startswith(("file:", "data:"))] == []
    assert troubles == []
    assert seen["broken"] == 0
    assert seen["pictures"] >= 3 * 12
    assert seen["wide"] <= width
    assert seen["out"] == []
    assert len(seen["plots"]) == 2 + 2 * 3
    assert all(w > 250 and h > 40 for w, h in seen["plots"])
    assert min(seen["letters"]) >= 10  # CSS pixels: can be read
    lightness = np.mean([int(v) for v in re.findall(r"\d+", seen["ink"])[:3]])
    assert (lightness > 128) == (scheme == "dark")
    tab.close()
