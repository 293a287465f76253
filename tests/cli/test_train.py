"""`ovos train` as people run it, on data sets of a few frames."""

import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from typer.testing import CliRunner

from models import load_model
from models.errors import InputError
from models.hub.load import WEIGHTS
from models.modules.maskrcnn_proposals import MaskRCNNProposalGenerator
from models.sources import install as sources
from ovos_cli.app import app
from tests.published import detector_weights, few_regions

RECIPE = """
name = "tiny"
stage = "main"
seed = 3
[start]
weights = "package"
[samples]
size = 64
length = 2
longest_skip = 2
[losses]
dice = 1.0
match = 0.2
[mishaps]
previous = 0.5
[schedule]
iterations = 2
batch = 2
rate = 1e-4
warmup = 1
save_every = 1
[[data]]
kind = "davis"
root = "DAVIS"
[dev]
root = "DAVIS"
every = 2
frames = 2
size = 64
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    path.write_text(RECIPE)
    return path


def _run(recipe: Path | str, *more: str) -> str:
    """Output of a run that must succeed."""
    command = ["train", str(recipe), "--workers", "0", "--device", "cpu", *more]
    result = CliRunner().invoke(app, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def _refused(recipe: Path | str, *more: str) -> str:
    with pytest.raises(InputError) as caught:
        _run(recipe, *more)
    return str(caught.value)


def test_a_run_leaves_weights_log_pictures_and_state(
    recipe: Path, davis: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    output = _run(recipe, "--data", str(tmp_path), "--out", str(out), "--set", "dev.every=1")
    assert "davis DAVIS: 1 videos, 8 frames" in output
    assert "step 1: dev" in output and "step 2 of 2" in output
    names = {path.name for path in out.iterdir()}
    assert {"recipe.json", "state.pt", "best.safetensors", "last.safetensors", "log.csv"} <= names
    assert len(list((out / "pictures").glob("*.png"))) == 2
    assert list((out / "tensorboard").iterdir())
    assert json.loads((out / "recipe.json").read_text())["schedule"]["batch"] == 2
    loaded = load_model("lite", out / "best.safetensors")
    assert loaded.network.config.name == "lite"
    with safe_open(out / "best.safetensors", framework="pt") as file:
        notes = file.metadata()
    assert notes["seed"] == "3" and notes["step"] in ("1", "2")
    assert 0 <= float(notes["dev_score"]) <= 1
    with safe_open(out / "last.safetensors", framework="pt") as file:
        assert 0 <= float(file.metadata()["dev_score"]) <= 1
    assert "davis DAVIS (not stated)" in notes["data"]
    assert "preprocessing" in notes and "config" in notes


def test_what_a_run_begins_with_is_scored_where_wanted(
    recipe: Path, davis: Path, tmp_path: Path
) -> None:
    command = ["--data", str(tmp_path), "--out", str(tmp_path / "run"), "--set", "dev.before=true"]
    said = _run(recipe, *command, "--set", "schedule.iterations=1")
    before, after = (
        next(line.split()[3] for line in said.splitlines() if line.startswith(f"step {step}: dev"))
        for step in (0, 1)
    )
    assert f"scored   {before} before, {after} after" in said
    # What goes on is not what it began with.
    assert "step 0" not in _run(recipe, *command, "--set", "schedule.iterations=2")


def test_a_stopped_run_goes_on_to_the_same_weights(
    recipe: Path, davis: Path, tmp_path: Path
) -> None:
    common = ["--data", str(tmp_path), "--set", "dev.every=1"]
    _run(recipe, *common, "--out", str(tmp_path / "whole"))
    parts = [*common, "--out", str(tmp_path / "parts")]
    assert "step 1 of 2" in _run(recipe, *parts, "--minutes", "0")
    assert "going on from step 1" in _run(recipe, *parts)
    a, b = (
        torch.load(tmp_path / name / "state.pt", weights_only=True) for name in ("whole", "parts")
    )
    assert a["step"] == b["step"] == 2
    for key in ("module", "average"):
        for name, value in a[key].items():
            assert torch.equal(value, b[key][name]), name


def test_the_proposals_stage(recipe: Path, davis: Path, tmp_path: Path) -> None:
    out = tmp_path / "proposals"
    output = _run(
        recipe,
        *("--data", str(tmp_path), "--out", str(out), "--set", "stage=proposals"),
        *("--set", "schedule.micro_batch=2", "--set", "schedule.iterations=1"),
    )
    assert "step 1: dev" in output
    assert "loss_mask" in (out / "log.csv").read_text()
    # All but the proposals came from the package here; from a backbone alone, they are random.
    assert load_model("lite", out / "last.safetensors").trained
    _run(
        recipe,
        *("--data", str(tmp_path), "--out", str(tmp_path / "alone"), "--set", "stage=proposals"),
        *("--set", "schedule.micro_batch=2", "--set", "schedule.iterations=1"),
        *("--set", "start.weights=", "--set", "start.backbone=imagenet", "--set", "dev="),
    )
    alone = tmp_path / "alone/last.safetensors"
    with pytest.raises(InputError, match=r"so its template generator, matcher, .* are random"):
        load_model("lite", alone)
    _run(
        recipe,
        *("--data", str(tmp_path), "--out", str(tmp_path / "again"), "--set", "stage=proposals"),
        *("--set", "schedule.micro_batch=2", "--set", "schedule.iterations=1"),
        *("--set", f"start.weights={alone}", "--set", "dev="),
    )
    with pytest.raises(InputError, match="are random"):
        load_model("lite", tmp_path / "again/last.safetensors")
    assert load_model("lite", alone, proposals_only=True).trained
    assert not load_model("lite", alone, allow_untrained=True).trained
    # The next stage takes the proposals of the one before.
    _run(
        recipe,
        *("--data", str(tmp_path), "--out", str(tmp_path / "next")),
        *("--set", f"start.proposals={out}", "--set", "schedule.iterations=1", "--set", "dev="),
    )


def test_lite_as_the_source_is_the_generator_that_the_run_begins_with(
    recipe: Path, davis: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    more = ("--data", str(tmp_path), "--out", str(out), "--set", "schedule.iterations=1")
    more += ("--set", "dev=")
    _run(recipe, *more, "--proposals", "lite")
    package, trained = (
        load_model("lite", path).network.opg.state_dict()
        for path in (None, out / "last.safetensors")
    )
    assert all(torch.equal(value, trained[name]) for name, value in package.items())
    afresh = ("--out", str(tmp_path / "other"), "--set", "start.weights=")
    message = _refused(recipe, *more, *afresh, "--proposals", "lite")
    assert "nothing fills those of 'lite'" in message


def test_another_source_of_proposals(
    recipe: Path, davis: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The published weights of the real address, made here.
    monkeypatch.setattr(sources, "fetch", lambda url, folder: detector_weights())
    few_regions(monkeypatch)
    out = tmp_path / "run"
    _run(
        recipe,
        *("--data", str(tmp_path), "--out", str(out), "--proposals", "maskrcnn-r50"),
        *("--set", "schedule.iterations=1", "--set", "schedule.batch=1"),
    )
    loaded = load_model("lite", out / "last.safetensors")
    assert loaded.source == "maskrcnn-r50"
    assert isinstance(loaded.network.opg, MaskRCNNProposalGenerator)
    message = _refused(recipe, "--data", str(tmp_path), "--proposals", "files:somewhere")
    assert "stored proposals cannot be trained with" in message


def test_check_reads_everything_and_stops(recipe: Path, davis: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    command = ["--data", str(tmp_path), "--out", str(out), "--check"]
    assert "1 videos, 8 frames" in _run(recipe, *command)
    assert not out.exists()
    _run(recipe, *command[:-1], "--minutes", "0")
    _run(recipe, *command, "--set", "seed=4")  # nothing is written, whatever run is there
    file = davis / "JPEGImages/480p/boxes/00002.jpg"
    file.write_bytes(file.read_bytes()[:300])
    assert "00002.jpg" in _refused(recipe, *command)


def test_a_frame_to_score_on_is_looked_at_before_the_first_step(
    recipe: Path, davis: Path, tmp_path: Path
) -> None:
    data = ["--data", str(tmp_path), "--out", str(tmp_path / "run")]
    assert "davis DAVIS (to score on): 1 videos, 8 frames" in _run(recipe, *data, "--check")
    (davis / "JPEGImages/480p/others/00001.jpg").unlink()
    assert "others/00001.jpg does not exist" in _refused(recipe, *data)
    assert not (tmp_path / "run").exists()


def test_a_run_goes_on_though_its_start_is_gone(
    recipe: Path, davis: Path, untrained: Path, tmp_path: Path
) -> None:
    start = tmp_path / "start.safetensors"
    start.write_bytes(untrained.read_bytes())
    common = ["--data", str(tmp_path), "--out", str(tmp_path / "run"), "--set", "dev="]
    common += ["--set", f"start.weights={start}"]
    _run(recipe, *common, "--set", "schedule.iterations=1")
    start.unlink()
    assert "step 2 of 2" in _run(recipe, *common, "--set", "schedule.iterations=2")


def test_a_later_frame_to_score_on_is_looked_at_too(
    recipe: Path, davis: Path, tmp_path: Path
) -> None:
    file = davis / "JPEGImages/480p/others/00002.jpg"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    data = ["--data", str(tmp_path), "--set", "dev.frames=3"]
    said = _refused(recipe, *data, "--out", str(tmp_path / "run"))
    assert "the development video others cannot be scored on" in said and "00002.jpg" in said


def test_scores_of_other_data_are_forgotten_for_good(
    recipe: Path, davis: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    common = ["--data", str(tmp_path), "--out", str(out), "--set", "schedule.iterations=2"]
    _run(recipe, *common, "--set", "dev=")
    assert not (out / "best.safetensors").exists()
    # The run is done, but not scored.
    assert "step 2: dev" in _run(recipe, *common)
    with safe_open(out / "last.safetensors", framework="pt") as file:
        first = file.metadata()["dev_score"]
    assert "step 2: dev" in _run(recipe, *common, "--set", "dev.frames=3")
    with safe_open(out / "last.safetensors", framework="pt") as file:
        second = file.metadata()["dev_score"]
    assert first != second
    state = torch.load(out / "state.pt", weights_only=True)
    assert f"{state['best_score']:.4f}" == second
    assert "step 2: dev" not in _run(recipe, *common, "--set", "dev.frames=3")


def test_a_damaged_image_is_skipped_and_named_at_the_end(
    recipe: Path, davis: Path, tmp_path: Path
) -> None:
    for index in range(3, 8):
        file = davis / f"JPEGImages/480p/boxes/{index:05d}.jpg"
        # The header says the right size, so only reading it shows the damage.
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    out = tmp_path / "run"
    output = _run(recipe, "--data", str(tmp_path), "--out", str(out), "--quiet")
    state = torch.load(out / "state.pt", weights_only=True)
    assert f"skipped {sum(state['skipped'].values())} draws" in output
    assert "00003.jpg is not a readable image" in " ".join(output.split())
    assert "step 2" not in output
    assert "00003.jpg" in (out / "skipped.txt").read_text()


def test_the_named_recipes_are_found() -> None:
    message = _refused("no-such-recipe")
    assert "lite-main" in message and "paper-davis" in message


def test_bad_input(recipe: Path, davis: Path, tmp_path: Path) -> None:
    data = ["--data", str(tmp_path)]
    assert "not a DAVIS 2017 root" in _refused(recipe, "--data", str(tmp_path / "nowhere"))
    assert "no key 'schedule.bach'" in _refused(recipe, *data, "--set", "schedule.bach=1")
    assert "no sequence camel" in _refused(recipe, *data, "--set", "dev.sequences=['camel']")
    assert "multiple of" in _refused(
        recipe, *data, "--set", "schedule.batch=3", "--set", "schedule.micro_batch=2"
    )
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("mine")
    assert "no training run" in _refused(recipe, *data, "--out", str(tmp_path / "other"))
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "holds neither" in _refused(recipe, *data, "--set", f"start.weights={empty}")
    full = [*data, "--set", "model.preset=r50"]
    assert "has no weights of 'r50'" in _refused(recipe, *full)
    lite = WEIGHTS / "lite.safetensors"
    assert "the recipe trains 'r50'" in _refused(recipe, *full, "--set", f"start.weights={lite}")


def test_a_folder_with_a_run_of_another_recipe(recipe: Path, davis: Path, tmp_path: Path) -> None:
    command = ["--data", str(tmp_path), "--out", str(tmp_path / "run"), "--minutes", "0"]
    _run(recipe, *command)
    message = _refused(recipe, *command, "--set", "schedule.rate=1")
    assert "schedule.rate was 0.0001, is 1.0" in message
    # A longer schedule is the same run.
    assert "going on from step 1" in _run(recipe, *command, "--set", "schedule.iterations=3")


def test_what_is_odd_about_the_data_is_said(recipe: Path, davis: Path, tmp_path: Path) -> None:
    data = ["--data", str(davis.parent), "--out", str(tmp_path / "run")]
    data += ["--set", "dev.split=train", "--set", "dev.year=2017"]
    once = ["--set", "schedule.iterations=1"]
    said = _run(recipe, *data, *once)
    assert "are both trained on and scored on" in " ".join(said.split())
    (davis / "Annotations/480p/boxes/00007.png").unlink()
    said = " ".join(_run(recipe, *data, "--set", "schedule.iterations=2").split())
    assert "1 more without a mask" in said
    assert "warning: the data are others than before: davis DAVIS had" in said


def test_a_damaged_note_of_the_start_is_named_before_training(
    recipe: Path, davis: Path, tmp_path: Path
) -> None:
    data = ["--data", str(davis.parent), "--out", str(tmp_path / "run"), "--set", "dev="]
    _run(recipe, *data, "--set", "schedule.iterations=1")
    for content in ("{", "{}", "[]"):
        (tmp_path / "run/start.json").write_text(content)
        said = _refused(recipe, *data, "--set", "schedule.iterations=2")
        assert "start.json is damaged" in said and "remove it" in said, content
    (tmp_path / "run/start.json").unlink()
    _run(recipe, *data, "--set", "schedule.iterations=2")


@pytest.mark.parametrize(
    ("setting", "message"),
    [("schedule.micro_batch=2", "must be 1 here"), ("model.settings=['x=1']", "no setting 'x'")],
)
def test_what_no_data_can_mend_is_refused_by_check_too(
    recipe: Path, davis: Path, setting: str, message: str
) -> None:
    assert message in _refused(recipe, "--data", str(davis.parent), "--check", "--set", setting)
