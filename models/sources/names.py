"""Names of proposal sources: `lite`, `maskrcnn-r50`, `files:DIR`, `detectron2:CONFIG`."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from models.errors import InputError


class Kind(StrEnum):
    """Every kind of source."""

    LITE = "lite"
    MASKRCNN_R50 = "maskrcnn-r50"
    MASKRCNN_R50_V2 = "maskrcnn-r50-v2"
    DETECTRON2 = "detectron2"
    FILES = "files"


ARGUMENTS = {Kind.DETECTRON2: "CONFIG", Kind.FILES: "DIR"}
"""Kinds that need an argument after a colon, and what it is."""

WRITTEN = ", ".join(f"{kind}:{ARGUMENTS[kind]}" if kind in ARGUMENTS else kind for kind in Kind)
"""All kinds as a user writes them."""


@dataclass(frozen=True, slots=True)
class SourceName:
    """A source as the user named it; `argument` is empty where the kind takes none."""

    kind: Kind
    argument: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `KIND` or `KIND:ARGUMENT`.

        Raises:
            InputError: the kind is unknown, or the argument is missing or not wanted.
        """
        word, _, argument = text.partition(":")
        try:
            kind = Kind(word)
        except ValueError:
            raise InputError(
                f"there is no proposal source '{text}'; choose one of: {WRITTEN}"
            ) from None
        wanted = ARGUMENTS.get(kind)
        if bool(argument) != (wanted is not None):
            said = f"{kind}:{wanted}" if wanted else str(kind)
            raise InputError(f"the proposal source '{text}' should read {said}")
        return cls(kind, argument)

    def of_sequence(self, name: str) -> Self:
        """The source for one sequence of a data set: files lie in a folder for each."""
        if self.kind is not Kind.FILES:
            return self
        return type(self)(self.kind, f"{self.argument.rstrip('/')}/{name}")

    def __str__(self) -> str:
        return f"{self.kind}:{self.argument}" if self.argument else str(self.kind)
