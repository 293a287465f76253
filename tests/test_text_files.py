"""Lists, JSON and names as people's programs write them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from models.errors import InputError
from models.training.recipe import read_recipe
from models.utils.names import number_at_end, numbers_apart, plain_name
from models.utils.split_lists import read_list
from models.utils.text_file import read_json
from ovos_cli.datasets import DatasetName, open_dataset
from ovos_cli.masks.keyframes import mask_arguments
from ovos_cli.media.frame_names import natural_key
from ovos_cli.shot.instructions import parse_drop, parse_lock
from tests.conftest import ROOT
from tests.trees import youtube_tree

_NAMES = ["my dog", "a,b", "Zoë", "9"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", " \t\n\n"])
def test_lists_of_names_are_read_from_any_editor(tmp_path: Path, encoding: str, end: str) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes((end.join(_NAMES) + end).encode(encoding))
    assert read_list(path) == _NAMES


def test_a_line_that_begins_with_a_frame_s_path_names_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text(
        "/JPEGImages/480p/bear/00000.jpg /Annotations/480p/bear/00000.png\n"
        "/JPEGImages/my dog/00000.JPG /Annotations/my dog/00000.png\nbear/1.png\nclip.jpg\n"
    )
    assert read_list(path) == ["bear", "my dog", "clip.jpg"]


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\0", b"caf\xe9", b"[" * 100_000, b"{", b"", b"1" * 5000]
)
def test_what_is_no_text_or_json_is_refused(tmp_path: Path, content: bytes) -> None:
    (path := tmp_path / "x.json").write_bytes(content)
    with pytest.raises(InputError, match=r"x\.json"):
        read_json(path)
    for missing in (tmp_path / "none.json", tmp_path, Path("a\0b")):
        with pytest.raises(InputError, match="cannot be read"):
            read_json(missing)


def test_json_and_recipes_with_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps({"a": 1}), encoding="utf-8-sig")
    assert read_json(tmp_path / "x.json") == {"a": 1}
    recipe = (ROOT / "recipes/demo.toml").read_text().replace("\n", "\r\n")
    (tmp_path / "x.toml").write_bytes(recipe.encode("utf-8-sig"))
    assert read_recipe(tmp_path / "x.toml") == read_recipe(ROOT / "recipes/demo.toml")


@pytest.mark.parametrize(
    "name", ["../x", "..", "", ".", "/etc", "a/b", "a\\b", "C:x", "c:\\x", "a\0b", "a\nb", 5, None]
)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: object) -> None:
    with pytest.raises(InputError, match="list names"):
        plain_name(name, "the list")


def test_names_of_meta_json_stay_in_their_folder(tmp_path: Path) -> None:
    root = youtube_tree(tmp_path)
    meta = root / "valid/meta.json"
    videos = json.loads(meta.read_text())["videos"]
    name, video = next(iter(videos.items()))
    for outside in ({"../../" + name: video}, {name: _with_frame(video, "../../x")}):
        meta.write_text(json.dumps({"videos": outside}))
        with pytest.raises(InputError, match="cannot be the name of a file or folder"):
            open_dataset(DatasetName.YTVOS19, root)


def _with_frame(video: dict, frame: str) -> dict:
    objects = {i: {**o, "frames": [*o["frames"], frame]} for i, o in video["objects"].items()}
    return {"objects": objects}


@pytest.mark.parametrize("parse", [parse_lock, parse_drop, lambda text: mask_arguments([text], 0)])
def test_numbers_of_thousands_of_digits_are_none(parse: Callable[[str], object]) -> None:
    """Python refuses to make them, with an error of its own."""
    digits = "9" * 5000
    for text in (digits, f"1@{digits}", f"{digits}=m.png"):
        with pytest.raises((InputError, OSError)):
            parse(text)
    assert numbers_apart(f"a{digits}")[0] == "a" and number_at_end(digits) is not None


def test_numbers_in_names_are_in_order_of_what_they_are() -> None:
    names = [
        "-2",
        "-1",
        "0",
        "7",
        "10",
        "a9",
        "a10",
        "f.-3",
        "f.-2",
        "f.1",
        "t-1",
        "t-2",
        "x²",
        "x³",
    ]
    assert sorted(set(names), key=natural_key) == names
    ends = {"a": None, "a²": None, "0012": 12, "t-7": 7, "-5": -5, "f_-05": -5, "7a": None}
    assert {name: number_at_end(name) for name in ends} == ends


def test_another_package_named_models_is_not_imported(tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text("raise SystemExit('theirs')")
    done = subprocess.run(
        [sys.executable, "-m", "ovos_cli", "--version"],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and done.stdout.startswith("ovos "), done.stderr
    late = "import sys, types; sys.modules['models'] = types.ModuleType('models'); import ovos_cli"
    done = subprocess.run([sys.executable, "-c", late], cwd=ROOT, capture_output=True, text=True)
    assert "ImportError: ovos_cli needs its own package 'models'" in done.stderr
