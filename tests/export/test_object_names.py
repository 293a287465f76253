"""Names, classes and colours of objects."""

from pathlib import Path

import pytest

from models.errors import InputError
from ovos_cli.masks.palette import davis_palette
from ovos_cli.shot.object_names import (
    ObjectLabel,
    ObjectNames,
    given_names,
    read_object_names,
    write_object_names,
)


def test_every_object_has_a_name_and_a_class() -> None:
    names = given_names("1=dog, 3=big cat", [1, 2, 3])
    assert [names.name(i) for i in (1, 2, 3)] == ["dog", "object 2", "big cat"]
    assert [names.class_name(i) for i in (1, 2, 3)] == ["dog", "object 2", "big cat"]


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".toml", '2 = "cat"\n[1]\nname = "rex"\nclass = "dog"\ncolor = "#00FF00"\n'),
        (".json", '{"1": {"name": "rex", "class": "dog", "color": "#00ff00"}, "2": "cat"}'),
    ],
)
def test_a_file_says_classes_and_colours_too(tmp_path: Path, suffix: str, text: str) -> None:
    file = tmp_path / f"names{suffix}"
    file.write_text(text)
    names = given_names(str(file), [1, 2])
    assert names.labels == {1: ObjectLabel("rex", "dog", "#00ff00"), 2: ObjectLabel("cat")}
    assert names.classes([2, 1]) == ["cat", "dog"]
    palette = names.palette(davis_palette())
    assert palette[3:6] == [0, 255, 0]
    assert palette[:3] + palette[6:] == davis_palette()[:3] + davis_palette()[6:]


def test_what_is_kept_is_read_again_and_said_anew_in_part(tmp_path: Path) -> None:
    assert read_object_names(tmp_path) == ObjectNames.none()
    kept = ObjectNames({1: ObjectLabel("rex", "dog"), 2: ObjectLabel(color="#0000ff")})
    write_object_names(tmp_path, kept)
    assert read_object_names(tmp_path) == kept
    names = given_names("1=max,2=tom", [1, 2]).over(read_object_names(tmp_path))
    assert names.labels == {1: ObjectLabel("max", "dog"), 2: ObjectLabel("tom", color="#0000ff")}


@pytest.mark.parametrize(
    ("text", "help_"),
    [
        ("dog,cat", "does not understand 'dog'"),
        ("=dog", "is no object's id"),
        ("0=dog", "is no object's id"),
        ("1" * 5000 + "=dog", "is no object's id"),
        ("1=dog,1=cat", "object 1 twice"),
        ("7=dog", "the objects are 1, 2"),
        ("1=a/b", "cannot be the name of a file"),
        ("", "names nothing"),
        ("none.toml", "No such file"),
    ],
)
def test_names_that_cannot_be_are_refused(text: str, help_: str) -> None:
    with pytest.raises(InputError, match=help_):
        given_names(text, [1, 2])


@pytest.mark.parametrize(
    ("text", "help_"),
    [
        ('{"classes": ["dog"]}', "'classes' is no object's id"),
        ('{"1": {"class": 3}}', "class of object 1"),
        ('{"1": {"colour": "#fff"}}', "an object has name, class, color"),
        ('{"1": {"color": "red"}}', "write #rrggbb"),
        ("[1, 2]", "no table of objects"),
        ('{"1": ', "damaged"),
    ],
)
def test_a_damaged_file_says_how_to_go_on(tmp_path: Path, text: str, help_: str) -> None:
    (tmp_path / "objects.json").write_text(text)
    with pytest.raises(InputError, match=help_):
        read_object_names(tmp_path)


@pytest.mark.parametrize("names", ["1=dog,2=Dog", "1=object 2", "1=ma\u00f1ana,2=man\u0303ana"])
def test_names_that_files_could_not_tell_apart_collide(names: str) -> None:
    with pytest.raises(InputError, match="objects 1 and 2 have one name"):
        given_names(names, [1, 2]).check([1, 2])
