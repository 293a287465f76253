"""A folder, or a zip that is not unpacked: no name leads elsewhere, and sizes are bounded."""

import zipfile
import zlib
from abc import ABC, abstractmethod
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from models.errors import InputError
from models.utils.text_file import parse_json, text_of
from ovos_cli.media.frame_names import natural_key

_MOST = 1 << 30
"""Bytes that a member may inflate to."""
_MOST_MEMBERS = 1 << 20


class Tree(ABC):
    """Files by their names below `path`, with slashes."""

    def __init__(self, path: Path) -> None:
        """Name it."""
        self.path = path

    @cached_property
    @abstractmethod
    def names(self) -> list[str]:
        """All files, in natural order, without hidden ones. Raises InputError."""

    @abstractmethod
    def read(self, name: str) -> bytes:
        """Content of a file. Raises InputError: it cannot be read."""

    def place(self, name: str) -> Path:
        """What a file is called in messages."""
        return self.path / name

    def text(self, name: str) -> str:
        """A text file. Raises InputError."""
        return text_of(self.read(name), self.place(name))

    def json(self, name: str) -> Any:
        """A JSON file. Raises InputError."""
        return parse_json(self.text(name), self.place(name))

    def ending(self, *parts: str) -> list[str]:
        """Files whose last folders and name are these; `*` is any one, `*.txt` any of a kind."""
        pattern = "/".join(parts)
        return [name for name in self.names if PurePosixPath(name).match(pattern)]


class Folder(Tree):
    """A folder on disk; links out of it are not followed."""

    @cached_property
    def names(self) -> list[str]:
        """See `Tree`."""
        found = [f.relative_to(self.path) for f in self.path.rglob("*") if f.is_file()]
        return sorted((f.as_posix() for f in found if not _hidden(f)), key=natural_key)

    def read(self, name: str) -> bytes:
        """See `Tree`."""
        try:
            return self.place(name).read_bytes()
        except OSError as error:
            raise InputError(f"{self.place(name)} cannot be read: {error.strerror}") from error


class Zip(Tree):
    """A zip, read in memory: nothing of it is written anywhere."""

    @cached_property
    def names(self) -> list[str]:
        """See `Tree`."""
        return sorted(self._members, key=natural_key)

    @cached_property
    def _members(self) -> dict[str, zipfile.ZipInfo]:
        try:
            with zipfile.ZipFile(self.path) as archive:
                members = [info for info in archive.infolist() if not info.is_dir()]
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise self._damaged(error) from error
        if len(members) > _MOST_MEMBERS:
            raise InputError(f"{self.path} says that it holds {len(members)} files; is it damaged?")
        found = dict[str, zipfile.ZipInfo]()
        for info in members:
            name = PurePosixPath(info.filename.replace("\\", "/"))
            if name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
                raise InputError(
                    f"{self.path} holds {info.filename!r}, a name that leads out of it; if you "
                    "trust it, unpack it yourself and give the folder"
                )
            if not _hidden(name):
                found[str(name)] = info
        return found

    def read(self, name: str) -> bytes:
        """See `Tree`."""
        info = self._members[name]
        if info.file_size > _MOST:
            raise InputError(
                f"{self.place(name)} would take {info.file_size} bytes, more than the {_MOST} that "
                "are read"
            )
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(info) as member:
                return member.read(_MOST)  # a header may say less than there is
        except (
            OSError,
            EOFError,
            ValueError,
            zlib.error,
            zipfile.BadZipFile,
            NotImplementedError,
            RuntimeError,  # it has a password
        ) as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> InputError:
        return InputError(
            f"{self.path} is not a readable zip ({error}); export it again, or unpack it and give "
            "the folder"
        )


class Lone(Tree):
    """One file, as if it were alone in its folder."""

    @cached_property
    def names(self) -> list[str]:
        """See `Tree`."""
        return [self.path.name]

    def read(self, name: str) -> bytes:
        """See `Tree`."""
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise InputError(f"{self.path} cannot be read: {error.strerror}") from error

    def place(self, name: str) -> Path:
        """See `Tree`."""
        return self.path


def _hidden(name: PurePosixPath | Path) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in name.parts)
