"""XML of strangers: without entities, which may grow without bound or read other files."""

from pathlib import Path
from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from models.errors import InputError


def parse_xml(content: bytes, path: Path) -> Element:
    """The root of a document.

    Args:
        content: of the file.
        path: its name, for messages.

    Raises:
        InputError: it is no XML, or declares a document type.
    """
    builder = TreeBuilder()
    parser = expat.ParserCreate()

    def refuse(*_: object) -> NoReturn:
        raise InputError(
            f"{path} declares a document type (<!DOCTYPE), which annotations have not and which "
            "may do harm; remove it"
        )

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(content, True)
        return builder.close()
    except (expat.ExpatError, ValueError, AssertionError) as error:
        raise InputError(f"{path} is not readable XML: {error}") from error
