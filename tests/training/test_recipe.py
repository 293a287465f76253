"""Recipes: those that come with ovos, and what is refused."""

import re
from pathlib import Path

import pytest

from models.errors import InputError
from models.hub.presets import preset
from models.training.recipe import (
    AboutPart,
    DataPart,
    DevPart,
    LossPart,
    MishapPart,
    ModelPart,
    Recipe,
    SamplesPart,
    SchedulePart,
    StartPart,
    read_recipe,
)
from models.utils.toml_value import toml_value
from tests.conftest import ROOT

RECIPES = sorted((ROOT / "recipes").glob("*.toml"))

MINIMAL = """
name = "mine"
stage = "main"
[[data]]
kind = "davis"
root = "DAVIS"
[schedule]
iterations = 10
batch = 4
rate = 1e-4
"""


@pytest.fixture
def minimal(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(MINIMAL)
    return path


@pytest.mark.parametrize("path", RECIPES, ids=[path.stem for path in RECIPES])
def test_every_recipe_is_valid_and_named_after_its_file(path: Path) -> None:
    recipe = read_recipe(path)
    assert recipe.name == path.stem
    assert recipe.about.trains and recipe.about.needs and recipe.about.takes
    preset(recipe.model.preset)
    assert not any(part.split in ("val", "dev") for part in recipe.data)


@pytest.mark.parametrize("path", RECIPES, ids=[path.stem for path in RECIPES])
def test_every_value_is_explained(path: Path) -> None:
    bare, part = [], ""
    for line in path.read_text().splitlines():
        part = line if line.startswith("[") else part
        # Data sets have one explanation for all; what `about` says explains itself.
        if " = " in line and "#" not in line and not part.startswith(("[[data]]", "[about]")):
            bare.append(line)
    assert not bare and "# Data sets: " in path.read_text()


def test_every_key_is_in_the_documentation() -> None:
    page = (ROOT / "docs" / "training.md").read_text()
    table = page.partition("## Every key")[2].partition("\n## ")[0]
    parts: dict[str, set[str]] = {}
    part = ""
    for row in table.splitlines():
        cell = row.split("|")[1] if row.startswith("|") else ""
        part = cell.strip(" *`[]") if "**" in cell else part
        parts.setdefault(part, set()).update(re.findall(r"`(\w+)`", cell))
    models = {"about": AboutPart, "model": ModelPart, "start": StartPart, "data": DataPart}
    models |= {
        "samples": SamplesPart,
        "losses": LossPart,
        "mishaps": MishapPart,
        "schedule": SchedulePart,
        "dev": DevPart,
    }
    for name, model in models.items():
        assert parts[name] == set(model.model_fields), name
    assert parts[""] == set(Recipe.model_fields) - set(models)


def test_the_paper_s_settings() -> None:
    by_name = {path.stem: read_recipe(path) for path in RECIPES}
    pretrain, davis = by_name["paper-pretrain"].schedule, by_name["paper-davis"].schedule
    assert (pretrain.batch, pretrain.epochs) == (12, 30)
    assert (pretrain.rate, pretrain.backbone_rate) == (1e-4, 1e-5)
    assert (davis.batch, davis.epochs, davis.rate, davis.backbone_rate) == (4, 150, 1e-6, 1e-7)
    assert by_name["paper-ytvos"].schedule.epochs == 40
    proposals = by_name["paper-proposals"].schedule
    assert (proposals.batch, proposals.rate) == (8, 1e-6)
    for name in ("paper-pretrain", "paper-davis", "paper-ytvos"):
        recipe = by_name[name]
        samples, schedule = recipe.samples, recipe.schedule
        assert samples.length == 4 and samples.longest_skip == 5
        assert samples.backward == samples.far == samples.cuts == samples.parts == 0
        assert samples.paste_videos == samples.drawn == 0
        assert recipe.losses == LossPart()  # cross entropy alone, of all pixels
        assert recipe.mishaps == MishapPart()
        assert (schedule.optimizer, schedule.decay, schedule.ema) == ("adam", "constant", 0)
        assert schedule.weight_decay == schedule.warmup == 0 and schedule.backbone_from == 1
    assert by_name["paper-pretrain"].samples.paste == 0
    assert LossPart().hardest == 1
    assert not any(LossPart().model_dump(exclude={"hardest"}).values())
    assert not any(MishapPart().model_dump(exclude={"latest"}).values())


def test_values_are_overridden(minimal: Path) -> None:
    recipe = read_recipe(
        minimal,
        [
            "schedule.batch=2",
            "data.0.root=elsewhere",
            "data.0.year=2016",
            "samples.far=0.5",
            "name=other",
        ],
    )
    assert recipe.schedule.batch == 2
    assert (recipe.data[0].root, recipe.data[0].year) == ("elsewhere", "2016")
    assert recipe.samples.far == 0.5
    assert recipe.name == "other"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("schedule.bach=2", "there is no key 'schedule.bach'"),
        ("schedule.batch=0", "schedule.batch: "),
        ("schedule.iterations=", "either iterations or epochs"),
        ("stage=final", "stage: "),
        ("samples.size=100", "samples.size: "),
        ("data.3.root=x", "there are 1"),
        ("data.root=x", "number first"),
        ("name.x=1", "plain value"),
        ("schedule", "sets nothing"),
        ("name=../../elsewhere", "cannot be the name of a file or folder"),
    ],
)
def test_what_is_refused(minimal: Path, setting: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_recipe(minimal, [setting])


def test_files_that_are_no_recipe(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_recipe(tmp_path / "none.toml")
    bad = tmp_path / "bad.toml"
    bad.write_text("name = ")
    with pytest.raises(InputError, match="not TOML"):
        read_recipe(bad)
    bad.write_text(
        'name = "x"\nstage = "main"\ndata = []\n[schedule]\niterations=1\nbatch=1\nrate=1'
    )
    with pytest.raises(InputError, match="data: "):
        read_recipe(bad)


def test_an_empty_text_takes_a_start_away() -> None:
    path = next(p for p in RECIPES if p.stem == "paper-davis")
    assert read_recipe(path).start.weights
    assert read_recipe(path, ["start.weights="]).start.weights is None


def test_keys_that_do_not_fit_together_are_refused() -> None:
    for name, overrides, message in (
        ("lite-main", ["schedule.backbone_from=16"], "needs a backbone_rate"),
        ("lite-main", ["seed=20240101"], "seed"),
        ("lite-main", ["seed=-1"], "seed"),
        ("lite-pretrain", ["samples.cuts=0.1", "data.0.kind=davis"], "without videos"),
    ):
        with pytest.raises(InputError, match=message):
            read_recipe(ROOT / "recipes" / f"{name}.toml", overrides)


def test_an_empty_value_takes_a_key_away() -> None:
    path = next(p for p in RECIPES if p.stem == "lite-main")
    assert read_recipe(path).dev is not None and read_recipe(path, ["dev="]).dev is None
    assert read_recipe(path, ["samples.size="]).samples.size == SamplesPart().size
    assert read_recipe(path, ["dev=", "dev.frames="]).dev is None
    assert read_recipe(path, ["data.0.year="]).data[0].year == "2017"
    for key in ("dve", "schedule.rat", "data.0.rot", "seed.x", "dev.frames.x"):
        with pytest.raises(InputError, match=rf"'{key}'"):
            read_recipe(path, [f"{key}="])


def test_iterations_and_epochs_take_each_others_place() -> None:
    path = next(p for p in RECIPES if p.stem == "paper-davis")
    schedule = read_recipe(path, ["schedule.iterations=2"]).schedule
    assert (schedule.iterations, schedule.epochs) == (2, None)
    schedule = read_recipe(path, ["schedule.iterations=2", "schedule.epochs=3"]).schedule
    assert (schedule.iterations, schedule.epochs) == (None, 3)


def test_a_date_on_the_command_line_is_a_text() -> None:
    assert [toml_value(text) for text in ("2024-05-01", "12:30:00")] == ["2024-05-01", "12:30:00"]
    assert [toml_value(text) for text in ("5", "true", "[1, 2]", "dog")] == [5, True, [1, 2], "dog"]
