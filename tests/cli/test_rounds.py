"""`ovos benchmark --rounds`: which frame a simulated person corrects, and what is kept of it."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ovos_cli.app import app
from ovos_cli.benchmarking.corrected import truth_of, worst_frame
from ovos_cli.datasets import DatasetName, open_dataset
from ovos_cli.datasets.annotation import read_ids
from ovos_cli.evaluation.results import ObjectScores, SequenceScores
from ovos_cli.evaluation.scoring import scored_sequence
from tests.cli.command import run_main
from tests.conftest import write_indexed
from tests.trees import davis_tree, scene, write_sequence, youtube_tree


def _scores(rng: np.random.Generator) -> SequenceScores:
    """Random ones, with ties, of objects that are scored in some frames each."""
    frames = [f"{i:02d}" for i in range(12)]
    objects = {}
    for ident in range(1, 4):
        begin, end = sorted(rng.integers(0, 13, 2))
        j, f = rng.integers(0, 4, (2, end - begin)) / 3
        objects[ident] = ObjectScores(frames[begin:end], j.tolist(), f.tolist())
    return SequenceScores("any", frames, (4, 4), objects)


def test_the_worst_frame_is_that_of_a_plain_search() -> None:
    rng, found = np.random.default_rng(3), set()
    for _ in range(200):
        scores = _scores(rng)
        given = {scores.frames[i] for i in rng.integers(0, 12, rng.integers(0, 6))}
        best, lowest = None, 2.0
        for frame in scores.frames:
            for each in scores.objects.values():
                if frame in each.frames and frame not in given:
                    at = each.frames.index(frame)
                    score = (each.j[at] + each.f[at]) / 2
                    if score < lowest:
                        best, lowest = frame, score
        assert worst_frame(scores, given) == best
        found.add(best)
    assert None in found and len(found) > 8


def test_nothing_is_said_of_objects_that_begin_later(tmp_path: Path) -> None:
    root = youtube_tree(tmp_path / "y", truth=True)
    sequence = open_dataset(DatasetName.YTVOS19, root, "val").sequences[0]
    begins = sequence.objects
    frame = next(f for f in sequence.annotations if f > min(begins.values()))
    ids, nowhere = truth_of(sequence, frame)
    begun = {i for i in begins if begins[i] <= frame}
    assert {*np.unique(ids)} - {0} == begun and not nowhere
    write_indexed(sequence.annotations[frame], np.where(ids == min(begun), 0, ids).astype(np.uint8))
    assert truth_of(sequence, frame)[1] == {min(begun)}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two sequences; the second object of `dogs` is gone in the frame before the last one."""
    root = davis_tree(tmp_path / "davis")
    write_indexed(root / "Annotations/480p/dogs/00004.png", scene(4, 1))
    return root


def _run(root: Path, untrained: Path, out: Path, *options: object) -> str:
    arguments = ["benchmark", "--dataset", "davis17", "--root", root, "--weights", untrained]
    arguments += ["--size", "64", "--device", "cpu", "--out", out, *options]
    result = CliRunner().invoke(app, [str(a) for a in arguments], env={"COLUMNS": "120"})
    assert result.exit_code == 0, result.output
    return result.output


def test_each_round_gives_the_worst_frame_and_goes_on(
    root: Path, untrained: Path, tmp_path: Path
) -> None:
    out, plain = tmp_path / "o", tmp_path / "plain"
    said = _run(root, untrained, out, "--rounds", 2)
    _run(root, untrained, plain, "-q")
    rounds = [out, out / "rounds/1", out / "rounds/2"]
    records = [json.loads((place / "results.json").read_text()) for place in rounds]
    data = open_dataset(DatasetName.DAVIS17, root, "val")
    for sequence in data.sequences:
        # Without a correction it is the usual run, to the byte.
        for mask in sorted((plain / "masks" / sequence.name).iterdir()):
            assert (out / "masks" / sequence.name / mask.name).read_bytes() == mask.read_bytes()
        given: list[str] = []
        for before, after, record in zip(rounds, rounds[1:], records[1:], strict=False):
            scores = scored_sequence(sequence, before / "masks" / sequence.name)
            worst = worst_frame(scores, given)
            assert worst is not None
            given.append(worst)
            entry = record["sequences"][sequence.name]
            assert entry["corrected"] == given and entry["passes"] > 0
            for frame in given:
                mask = after / "masks" / sequence.name / f"{frame}.png"
                np.testing.assert_array_equal(read_ids(mask), sequence.read(frame))
    table = [line.split() for line in said.splitlines() if line.strip().startswith("all objects")]
    means = [f"{record['measures']['J&F-Mean']:.3f}" for record in records]
    assert table[-1][2:] == means
    with (out / "rounds_results-val.csv").open() as file:
        rows = [*csv.DictReader(file)]
    assert [r["J&F-Mean"] for r in rows if r["Sequence"] == "all"] == means
    assert [r["Given"] for r in rows if r["Sequence"] == "dogs"] == ["", *given]

    # What is done is not run again, and a correction of other truth is not taken for it.
    masks = out / "rounds/2/masks/bear/00003.png"
    kept = masks.stat().st_mtime_ns
    assert "2 of 2 sequences were run before" in _run(root, untrained, out, "--rounds", 1)
    assert "2 of 2 sequences were run before" in _run(root, untrained, out)
    write_indexed(root / "Annotations/480p/dogs/00003.png", scene(2, 2))
    assert "1 of 2 sequences were run before" in _run(root, untrained, out, "--rounds", 2)
    assert masks.stat().st_mtime_ns == kept

    page = ["report", out, "--root", root, "-q"]
    assert CliRunner().invoke(app, [str(a) for a in page]).exit_code == 0
    text = (out / "report.html").read_text()
    newest = json.loads((out / "rounds/2/results.json").read_text())
    given = newest["sequences"]["dogs"]["corrected"]
    assert 'id="corrections"' in text and f"<td>{', '.join(given)}</td>" in text


def test_no_more_frames_are_given_than_there_are(
    root: Path, untrained: Path, tmp_path: Path
) -> None:
    out = tmp_path / "o"
    _run(root, untrained, out, "--rounds", 5, "--sequences", "bear", "-q")
    records = [json.loads((out / f"rounds/{n}/results.json").read_text()) for n in (4, 5)]
    four, five = (record["sequences"]["bear"] for record in records)
    assert (
        sorted(four["corrected"]) == [f"{i:05d}" for i in range(1, 5)] == sorted(five["corrected"])
    )
    assert five["passes"] == 0 and five["measures"]["J&F-Mean"] == 1.0


def test_objects_that_begin_later_are_followed_as_without_rounds(
    untrained: Path, tmp_path: Path
) -> None:
    root, out, plain = youtube_tree(tmp_path / "y", truth=True), tmp_path / "o", tmp_path / "plain"
    options = ["--dataset", "ytvos19", "--split", "val", "-q"]
    _run(root, untrained, out, *options, "--rounds", 1)
    _run(root, untrained, plain, *options)
    for mask in sorted(plain.glob("masks/*/*.png")):
        assert (out / mask.relative_to(plain)).read_bytes() == mask.read_bytes()
    (name,) = (place.name for place in (out / "masks").iterdir())
    for mask in (out / "rounds/1/masks" / name).iterdir():
        assert mask.stem >= "00005" or 2 not in read_ids(mask)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--rounds", "2", "--ablation"], "run it without --ablation"),
        (["--rounds", "2", "--cluster", "127.0.0.1:1"], "run it without --cluster"),
        (["--rounds", "2", "--split", "test-dev"], "--rounds nothing to correct"),
    ],
)
def test_rounds_that_make_no_sense_are_refused(
    root: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    options: list[str], message: str,
) -> None:  # fmt: skip
    (root / "ImageSets/2017/test-dev.txt").write_text("cats\n")
    write_sequence(root, "cats", 6)
    for path in sorted((root / "Annotations/480p/cats").iterdir())[1:]:
        path.unlink()
    command = ["benchmark", "--dataset", "davis17", "--root", root, "--weights", untrained]
    status, said = run_main(monkeypatch, *command, "-q", "-o", tmp_path / "o", *options)
    assert (status, message in said) == (2, True), said
    assert not (tmp_path / "o").exists()
