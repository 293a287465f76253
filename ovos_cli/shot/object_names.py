"""What objects are called: names, classes and colours, kept beside a shot's masks."""

import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from models.errors import InputError
from models.utils.names import plain_name
from models.utils.text_file import read_json, read_text
from ovos_cli.json_file import write_json
from ovos_cli.masks.palette import Palette

_FILE = "objects.json"
_COLOR = re.compile(r"#[0-9a-f]{6}", re.ASCII)
_FIELDS = ("name", "class", "color")
_FILES = (".toml", ".json")
_MOST_IDS = 254
_LONGEST = 60
"""Characters of a name: with a frame's number, in any writing, it must fit a file's."""
_FORMS = '1=dog,2=cat, or a TOML or JSON file: {"1": {"name": "dog", "class": "animal"}}'


@dataclass(frozen=True, slots=True)
class ObjectLabel:
    """What was said of one object; None was not. color: `#rrggbb`."""

    name: str | None = None
    class_name: str | None = None
    color: str | None = None

    def over(self, other: "ObjectLabel") -> "ObjectLabel":
        """This, and what it does not say as `other` says it."""
        return ObjectLabel(
            self.name or other.name,
            self.class_name or other.class_name,
            self.color or other.color,
        )


@dataclass(frozen=True)
class ObjectNames:
    """Labels of objects by id. Every object has a name and a class, whatever was said of it."""

    labels: Mapping[int, ObjectLabel]

    @classmethod
    def none(cls) -> Self:
        """Nothing was said of any."""
        return cls({})

    @classmethod
    def of_classes(cls, classes: Mapping[int, str]) -> Self:
        """Only classes are known, by id."""
        return cls({ident: ObjectLabel(class_name=name) for ident, name in classes.items()})

    def name(self, ident: int) -> str:
        """Its own, else `object 3`."""
        return self._label(ident).name or f"object {ident}"

    def class_name(self, ident: int) -> str:
        """Its own, else its name."""
        return self._label(ident).class_name or self.name(ident)

    def color(self, ident: int) -> tuple[int, int, int] | None:
        """Red, green and blue, 0 to 255; None where nobody said it."""
        color = self._label(ident).color
        if color is None:
            return None
        red, green, blue = bytes.fromhex(color[1:])
        return red, green, blue

    def classes(self, objects: Iterable[int]) -> list[str]:
        """Classes of these objects, each once, in the order in which they come."""
        return list(dict.fromkeys(map(self.class_name, objects)))

    def palette(self, palette: Palette) -> Palette:
        """The same palette, with the colours of objects that have one."""
        colours = list(palette)
        for ident in self.labels:
            colours[3 * ident : 3 * ident + 3] = self.color(ident) or colours[3 * ident :][:3]
        return colours

    def over(self, other: "ObjectNames") -> "ObjectNames":
        """These, and what they do not say as `other` says it."""
        idents = sorted({*self.labels, *other.labels})
        return ObjectNames({i: self._label(i).over(other._label(i)) for i in idents})

    def check(self, objects: Iterable[int]) -> None:
        """See that no two of these objects have one name: files and layers are called by it.

        Raises:
            InputError: two do, or their names differ only in what some file systems do not tell.
        """
        seen = dict[str, int]()
        for ident in objects:
            name = self.name(ident)
            known = seen.setdefault(_folded(name), ident)
            if known != ident:
                raise InputError(
                    f"objects {known} and {ident} have one name, '{name}'; give each its own, such "
                    f"as --names '{known}={name} 1,{ident}={name} 2'. What they are in common is "
                    "their class"
                )

    def _label(self, ident: int) -> ObjectLabel:
        return self.labels.get(ident, ObjectLabel())


def read_object_names(folder: Path) -> ObjectNames:
    """What is kept in a shot's folder; nothing where there is no such file.

    Raises:
        InputError: it is damaged.
    """
    path = folder / _FILE
    try:
        values = read_json(path) if path.exists() else {}
    except InputError as error:
        raise InputError(
            f"{path} is damaged ({error}); mend it, or remove it and give --names again"
        ) from error
    return _labels(values, path)


def write_object_names(folder: Path, names: ObjectNames) -> None:
    """Keep them in a shot's folder. Raises OvosError: they cannot be written."""
    values = {
        str(ident): {
            key: value
            for key, value in zip(_FIELDS, (label.name, label.class_name, label.color), strict=True)
            if value is not None
        }
        for ident, label in sorted(names.labels.items())
    }
    write_json(folder / _FILE, values)


def object_label(values: Mapping[str, str], ident: int) -> ObjectLabel:
    """What was said of one object, by `name`, `class` and `color`.

    Raises:
        InputError: a value cannot be used.
    """
    return _label(values, ident, "what was said")


def given_names(text: str, objects: Iterable[int]) -> ObjectNames:
    """What `--names` says: `1=dog,2=cat`, or a file in TOML or JSON.

    Args:
        objects: those that there are.

    Raises:
        InputError: of no such form, of an object that there is not, or the file cannot be read.
    """
    path, known = Path(text), sorted(objects)
    names = _read(path) if path.suffix.lower() in _FILES else _parsed(text)
    if unknown := sorted({*names.labels} - {*known}):
        raise InputError(
            f"--names names object {unknown[0]}, and there is none: the objects are "
            f"{', '.join(map(str, known))}"
        )
    return names


def _read(path: Path) -> ObjectNames:
    try:
        text = read_text(path, "--names")
        values = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"--names {path} cannot be read: {error}") from error
    return _labels(values, path)


def _parsed(text: str) -> ObjectNames:
    labels = dict[int, ObjectLabel]()
    for part in filter(None, map(str.strip, text.split(","))):
        ident, equals, name = part.partition("=")
        if not equals or not name.strip():
            raise InputError(f"--names does not understand '{part}'; write {_FORMS}")
        number = _ident(ident.strip(), "--names")
        if number in labels:
            raise InputError(f"--names names object {number} twice")
        labels[number] = _label({"name": name.strip()}, number, "--names")
    if not labels:
        raise InputError(f"--names names nothing; write {_FORMS}")
    return ObjectNames(labels)


def _labels(values: Any, where: object) -> ObjectNames:
    if not isinstance(values, dict):
        raise InputError(f"{where} is no table of objects by id; write {_FORMS}")
    labels = dict[int, ObjectLabel]()
    for ident, value in values.items():
        number = _ident(ident, where)
        if number in labels:
            raise InputError(f"{where} names object {number} twice")
        labels[number] = _label({"name": value} if isinstance(value, str) else value, ident, where)
    return ObjectNames(labels)


def _ident(text: str, where: object) -> int:
    # int() refuses thousands of digits by an error of its own.
    short = len(text) <= len(str(_MOST_IDS))
    if not (text.isascii() and text.isdigit() and short and 1 <= int(text) <= _MOST_IDS):
        raise InputError(
            f"{where}: '{text}' is no object's id, 1 to {_MOST_IDS}, and what is said belongs to "
            f"an object; write {_FORMS}"
        )
    return int(text)


def _label(value: Any, ident: object, where: object) -> ObjectLabel:
    if not isinstance(value, dict):
        raise InputError(f"{where}: object {ident} is neither a name nor a table; write {_FORMS}")
    if unknown := [key for key in value if key not in _FIELDS]:
        raise InputError(
            f"{where}: object {ident} has '{unknown[0]}'; an object has {', '.join(_FIELDS)}"
        )
    for key, text in value.items():
        if not isinstance(text, str) or not text.strip() or any(c < " " for c in text):
            raise InputError(f"{where}: the {key} of object {ident} is no text: {text!r}")
        if len(text) > _LONGEST:
            raise InputError(f"{where}: the {key} of object {ident} is longer than {_LONGEST}")
    label = ObjectLabel(value.get("name"), value.get("class"), value.get("color"))
    if label.name is not None:
        plain_name(label.name, where)  # folders are called by it
    if label.color is not None:
        label = replace(label, color=label.color.lower())
        if not _COLOR.fullmatch(label.color or ""):
            raise InputError(
                f"{where}: the color of object {ident} is '{label.color}'; write #rrggbb"
            )
    return label


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold().rstrip(". ")
