"""Output folders: made, found to be writable, or refused."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from models.errors import InputError


def probe(folder: Path) -> None:
    """Make a folder, and see that files can be written there; OSError if not."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / ".ovos-probe"
    file.touch()
    file.unlink()


def claim(folder: Path, *, overwrite: bool) -> bool:
    """Make a folder of results, and see that it may be written to.

    Returns:
        whether something is there that a run may replace.

    Raises:
        InputError: not a folder, not writable, or not empty without `overwrite`.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"the output {folder} is a file; give a folder with --out")
    with writing(folder):
        # Empty folders, say of a run that was refused, are no one's loss.
        used = folder.is_dir() and any(p.is_file() for p in folder.rglob("*"))
        if used and not overwrite:
            raise InputError(
                f"the output folder {folder} is not empty; add --overwrite or choose another --out"
            )
        probe(folder)
    return used


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Say of a folder that it cannot be written, whatever of it fails. Raises InputError."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"the output folder {folder} cannot be written: {error.strerror}"
        ) from error


def refuse_links(*places: Path) -> None:
    """See that none is a link: what lies elsewhere is not ours to clear away. Raises InputError."""
    for place in places:
        if place.is_symlink():
            raise InputError(
                f"{place} is a link to another place, where things would be written and removed; "
                "put there what it links to"
            )


def remove_if_empty(*folders: Path) -> None:
    """Leave no trace of a run that wrote nothing; inner folders come first."""
    for folder in folders:
        with suppress(OSError):  # not empty
            folder.rmdir()
