"""Data sets whose folder nobody named: found by layout, or said where to get them."""

from pathlib import Path

import pytest

from models.errors import InputError
from models.training.recipe import DataPart
from ovos_cli.datasets import DatasetName, find_root
from ovos_cli.training.data_folders import DataFolders
from tests.cli.command import run_main
from tests.trees import copy_truth, davis_tree, youtube_tree


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and no OVOS_DATA."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("OVOS_DATA", raising=False)
    return folder


@pytest.mark.parametrize(
    "name", ["DAVIS", "davis17", "DAVIS-2017", "davis_2017_trainval", "data/davis", "davis17/DAVIS"]
)
def test_davis_is_found_by_its_usual_names(here: Path, name: str) -> None:
    davis_tree(here / name)
    found = find_root(DatasetName.DAVIS17)
    assert found.root.resolve() == here / name and found.by == "in the working folder"


def test_the_folder_that_is_named_comes_before_the_working_folder(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    davis_tree(here / "DAVIS")
    root = davis_tree(tmp_path / "data" / "DAVIS")
    for folder in (root.parent, root):  # the one that holds it, or itself
        monkeypatch.setenv("OVOS_DATA", str(folder))
        found = find_root(DatasetName.DAVIS17)
        assert found.root == root and found.by == "by OVOS_DATA"
    monkeypatch.setenv("OVOS_DATA", str(tmp_path / "gone"))
    with pytest.raises(InputError, match=r"OVOS_DATA is .*gone', which is not a folder"):
        find_root(DatasetName.DAVIS17)


def test_the_layout_decides_and_not_the_name(here: Path) -> None:
    (here / "DAVIS" / "Annotations").mkdir(parents=True)
    davis_tree(here / "davis16")  # of 2017, whatever it is called
    assert find_root(DatasetName.DAVIS17).root == Path("davis16")
    with pytest.raises(InputError, match="DAVIS 2016 was not found") as caught:
        find_root(DatasetName.DAVIS16)
    message = str(caught.value)
    for words in (
        "davis16 (without ImageSets/2016/val.txt)",
        "DAVIS (without Annotations/480p)",
        "https://davischallenge.org",
        "DAVIS-data.zip",
        "JPEGImages/480p/NAME",
        "OVOS_DATA is not set",
    ):
        assert words in message


def test_a_root_that_has_the_split_is_preferred(here: Path) -> None:
    davis_tree(here / "davis17")
    lists = davis_tree(here / "davis17-test") / "ImageSets" / "2017"
    (lists / "test-dev.txt").write_text("bear\n")
    assert find_root(DatasetName.DAVIS17).root == Path("davis17")
    assert find_root(DatasetName.DAVIS17, "test-dev").root == Path("davis17-test")
    # Where none has it, the one that is there says which splits it has.
    assert find_root(DatasetName.DAVIS17, "nonsense").root == Path("davis17")


def test_years_of_youtube_are_told_by_name_alone(here: Path) -> None:
    youtube_tree(here / "YouTube-VOS-2018")
    assert find_root(DatasetName.YTVOS18).root == Path("YouTube-VOS-2018")
    with pytest.raises(InputError, match=r"youtube-vos\.org"):
        find_root(DatasetName.YTVOS19)
    (here / "YouTube-VOS-2018").rename("YouTube-VOS")
    assert find_root(DatasetName.YTVOS19).root == Path("YouTube-VOS")


def test_commands_say_what_they_took(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    masks = copy_truth(davis_tree(here / "davis17"), here / "masks")
    assert run_main(monkeypatch, "evaluate", masks, "--dataset", "davis17", "--jobs", 1)[0] == 0
    assert "data     davis17 (in the working folder)" in capsys.readouterr().out
    status, said = run_main(monkeypatch, "evaluate", masks, "--dataset", "ytvos18")
    assert status == 2 and "--root" in said and "YouTube-VOS 2018 was not found" in said
    status, said = run_main(monkeypatch, "evaluate", masks, "--dataset", "folder")
    assert status == 2 and "no usual name" in said


def test_data_of_a_recipe_are_found_alike(here: Path, tmp_path: Path) -> None:
    davis = DataPart(kind="davis", root="DAVIS")
    with pytest.raises(InputError, match="DAVIS 2017 was not found") as caught:
        DataFolders(None).place(davis)
    assert "the folder that holds it with --data" in str(caught.value)
    root = davis_tree(here / "davis17")
    (root / "ImageSets/2017/train.txt").write_text("bear\n")
    assert DataFolders(None).place(davis).resolve() == root
    assert DataFolders(here).place(davis) == root
    own = DataPart(kind="davis", root=".")
    with pytest.raises(InputError, match="Videos of your own do as well"):
        DataFolders(None).place(own)  # whatever else lies there, it is not one's own
    assert DataFolders(root).place(own) == root
    # What --data names is looked at and nothing else.
    assert DataFolders(tmp_path).place(davis) == tmp_path / "DAVIS"
    (here / "stills").mkdir()
    stills = DataPart(kind="folders", root="stills")
    assert DataFolders(None).place(stills).resolve() == here / "stills"
