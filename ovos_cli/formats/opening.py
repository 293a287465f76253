"""Which format a file, folder or zip is of, by what is in it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from models.errors import InputError
from models.utils.text_file import read_text
from ovos_cli.formats import (
    coco,
    cvat_xml,
    label_studio,
    labelme,
    mattes,
    mots,
    segmentation_mask,
    yolo,
    ytvis,
)
from ovos_cli.formats.annotated import Annotated
from ovos_cli.formats.tree import Folder, Lone, Tree, Zip
from ovos_cli.formats.xml_tree import parse_xml

SUFFIXES = {".json", ".xml", ".zip", ".txt"}
_T = TypeVar("_T")
_KNOWN = (
    "COCO or YouTube-VIS JSON, CVAT's XML or segmentation mask 1.1, Label Studio's or LabelMe's "
    "JSON, MOTS text or pictures, YOLO segments"
)
_BESIDE = {"run.json", "timing.json", "objects.json"}
"""What a run writes beside masks."""

_Reading = Callable[[], Annotated]


def holds_annotations(folder: Path) -> bool:
    """Whether a folder is of one of the formats, rather than one of plain masks."""
    tree = Folder(folder)
    whole = segmentation_mask.is_voc(tree) or mots.is_pictures(tree) or mattes.is_mattes(tree)
    return whole or any(_is_annotations(tree, name) for name in tree.names)


def _is_annotations(tree: Tree, name: str) -> bool:
    """Whether a file that may lie beside plain masks is one of annotations."""
    try:
        match PurePosixPath(name).suffix.lower():
            case ".xml":
                return cvat_xml.is_cvat(parse_xml(tree.read(name), tree.place(name)))
            case ".json":
                value = None if PurePosixPath(name).name in _BESIDE else tree.json(name)
                return labelme.is_labelme(value) or any(is_it(value) for is_it, _ in _JSON)
            case ".txt" if _may_be_text(name):
                text = tree.text(name)
                return mots.is_text(text) or (yolo.is_yolo(text) and yolo.lies_right(tree, name))
    except InputError:  # a stray
        return False
    return False


def open_annotations(path: Path) -> Annotated:
    """Read a file, folder or zip of annotations; masks are decoded later.

    Raises:
        InputError: it is damaged, or of no format that is known.
    """
    reading = _recognized(_tree(path))
    if reading is None:
        raise InputError(f"{path} holds no annotations that can be read: {_KNOWN}")
    return reading()


def _tree(path: Path) -> Tree:
    if path.is_dir():
        return Folder(path)
    return Zip(path) if path.suffix.lower() == ".zip" else Lone(path)


def _recognized(tree: Tree) -> _Reading | None:
    """What reads a folder, zip or file; None where it is of no known format."""
    if segmentation_mask.is_voc(tree):
        return lambda: segmentation_mask.read(tree)
    if mots.is_pictures(tree):
        return lambda: mots.read_pictures(tree)
    for suffix, find in ((".xml", _of_xml), (".json", _of_json), (".txt", _of_text)):
        names = [n for n in tree.names if n.lower().endswith(suffix)]
        if found := find(tree, names):
            return found
    if mattes.is_mattes(tree):
        return lambda: mattes.read(tree)
    return None


def _of_xml(tree: Tree, names: list[str]) -> _Reading | None:
    found = []
    for name in names:
        root = parse_xml(tree.read(name), tree.place(name))
        if cvat_xml.is_cvat(root):
            found.append((root, tree.place(name)))
    if not found:
        return None
    root, path = _only(tree, found)
    return lambda: cvat_xml.read(root, path)


def _of_json(tree: Tree, names: list[str]) -> _Reading | None:
    files, frames = list[tuple[_Reading, Path]](), list[tuple[Any, Path]]()
    for name in names:
        if PurePosixPath(name).name in _BESIDE:
            continue
        value, path = tree.json(name), tree.place(name)
        if labelme.is_labelme(value):
            frames.append((labelme.without_picture(value), path))
        elif read := next((read for is_it, read in _JSON if is_it(value)), None):
            files.append((partial(read, value, path), path))
    if files:
        return _only(tree, files)[0]
    return (lambda: labelme.read(frames, tree.path)) if frames else None


_JSON: list[tuple[Callable[[Any], bool], Callable[[Any, Path], Annotated]]] = [
    (coco.is_coco, coco.read),
    (coco.is_results, coco.read_results),
    (ytvis.is_ytvis, ytvis.read),
    (ytvis.is_results, ytvis.read_results),
    (label_studio.is_label_studio, label_studio.read),
]


def _of_text(tree: Tree, names: list[str]) -> _Reading | None:
    texts = {name: tree.text(name) for name in names if _may_be_text(name)}
    lines = {name: text for name, text in texts.items() if mots.is_text(text)}
    if lines:
        name, path = _only(tree, [(name, tree.place(name)) for name in lines])
        return lambda: mots.read_text(lines[name], path, _sequence(path))
    segments = [name for name, text in texts.items() if yolo.is_yolo(text)]
    if not segments:
        return None
    if isinstance(tree, Lone):  # the classes' names lie in a folder above
        root = _root_of_labels(tree.path)
        beside = Folder(root)
        return lambda: yolo.read(beside, [tree.path.relative_to(root).as_posix()], tree.path)
    names = [name for name in texts if not texts[name].strip() or name in segments]
    return lambda: yolo.read(tree, names, tree.path)


def _may_be_text(name: str) -> bool:
    """Whether a text may be of annotations, by where it lies."""
    folders = PurePosixPath(name).parts[:-1]
    return yolo.NUMBERS not in folders and "ImageSets" not in folders


def _sequence(path: Path) -> str | None:
    """`seqinfo.ini` of a text that lies in its `gt` folder."""
    file = path.parent.parent / mots.SEQUENCE
    return read_text(file) if file.is_file() else None


def _root_of_labels(path: Path) -> Path:
    above = [folder for folder in path.parents if folder.name == yolo.LABELS]
    return above[-1].parent if above else path.parent


def _only(tree: Tree, found: list[tuple[_T, Path]]) -> tuple[_T, Path]:
    if len(found) > 1:
        shown = ", ".join(str(path) for _, path in found[:4])
        raise InputError(
            f"{tree.path} holds several files of annotations ({shown}); give one of them"
        )
    return found[0]
