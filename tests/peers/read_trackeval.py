"""TrackEval: our files against themselves score 1."""

import contextlib
import io
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

import trackeval
from truth import shots

_EVALUATOR = {"PRINT_RESULTS": False, "PRINT_CONFIG": False, "OUTPUT_SUMMARY": False} | {
    "OUTPUT_DETAILED": False,
    "PLOT_CURVES": False,
    "TIME_PROGRESS": False,
}
_QUIET = {"PRINT_CONFIG": False, "DO_PREPROC": False}


def hota(dataset: object) -> dict[str, float]:
    """Mean HOTA of each class."""
    with contextlib.redirect_stdout(io.StringIO()):
        evaluator = trackeval.Evaluator(trackeval.Evaluator.get_default_eval_config() | _EVALUATOR)
        results, _ = evaluator.evaluate([dataset], [trackeval.metrics.HOTA()])
    (found,) = results.values()
    combined = found["ours"]["COMBINED_SEQ"]
    return {name: float(values["HOTA"]["HOTA"].mean()) for name, values in combined.items()}


def ytvis(shot: Path, work: Path) -> dict[str, float]:
    """HOTA of `ytvis-results` against `ytvis`."""
    truth, data = work / "gt/youtube_vis_train", work / "trackers/youtube_vis_train/ours/data"
    truth.mkdir(parents=True)
    data.mkdir(parents=True)
    shutil.copy(shot / "ytvis.json", truth / "one.json")
    shutil.copy(shot / "ytvis-results.json", data / "one.json")
    places = {"GT_FOLDER": f"{work}/gt/", "TRACKERS_FOLDER": f"{work}/trackers/"}
    config = {**places, "SPLIT_TO_EVAL": "train", **_QUIET}
    return hota(trackeval.datasets.YouTubeVIS(config))


def mots(shot: Path, work: Path) -> dict[str, float]:
    """HOTA of `mots` against itself; the benchmark has one class, which objects are given here."""
    sequence, data = work / "gt/clip/gt", work / "trackers/ours/data"
    sequence.mkdir(parents=True)
    data.mkdir(parents=True)
    shutil.copy(shot / "mots/seqinfo.ini", sequence.parent)
    lines = [line.split(" ") for line in (shot / "mots/gt/gt.txt").read_text().splitlines()]
    text = "".join(
        " ".join([frame, str(2000 + int(ident) % 1000), "2", *rest]) + "\n"
        for frame, ident, _, *rest in lines
    )
    (sequence / "gt.txt").write_text(text)
    (data / "clip.txt").write_text(text)
    config = {
        "GT_FOLDER": str(work / "gt"),
        "TRACKERS_FOLDER": str(work / "trackers"),
        "SEQMAP_FILE": str(shot / "mots/seqmap.txt"),
        "SKIP_SPLIT_FOL": True,
        **_QUIET,
    }
    return hota(trackeval.datasets.MOTSChallenge(config))


print("trackeval", version("trackeval"))
for shot in shots():
    for read in (ytvis, mots):
        with tempfile.TemporaryDirectory() as work:
            scores = read(shot, Path(work))
        print(f"{shot.name}: {read.__name__}: HOTA", {k: round(v, 6) for k, v in scores.items()})
        assert scores and min(scores.values()) > 0.999999, scores
