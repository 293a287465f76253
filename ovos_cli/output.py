"""The output folder of a run: made, cleared of an older run's files, or refused."""

from collections.abc import Callable, Iterator
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


def remove_if_empty(*folders: Path) -> None:
    """Leave no trace of a run that wrote nothing; inner folders come first."""
    for folder in folders:
        with suppress(OSError):  # not empty
            folder.rmdir()


class OutputFolder:
    """masks/, mattes/, overlay.mp4, timing.json and run.json below one folder."""

    def __init__(
        self, root: Path, covers: Callable[[str], bool], given: Path, *, overwrite: bool
    ) -> None:
        """Create the folder, or clear what an earlier run left there.

        Args:
            covers: whether a mask of this name is of the range of frames that the run goes over;
                others stay, be they of another range or no masks of frames.
            given: the user's mask, which stays until it is written back, wherever it lies: a run
                may fail before.

        Raises:
            InputError: not a folder, not writable, or not empty without `overwrite`.
        """
        self.root, self.masks, self.mattes = root, root / "masks", root / "mattes"
        self.overlay = root / "overlay.mp4"
        self.timing, self.record = root / "timing.json", root / "run.json"
        used = claim(root, overwrite=overwrite)
        with writing(root):
            self.masks.mkdir(exist_ok=True)
            if used:
                self._clear(covers, given)
            self.kept = sum(not covers(file.stem) for file in self.masks.glob("*.png"))

    def remove_if_empty(self) -> None:
        """Leave no trace of a run that wrote nothing."""
        remove_if_empty(self.masks, self.root)

    def _clear(self, covers: Callable[[str], bool], given: Path) -> None:
        """Remove what the run will write, and nothing else."""
        for file in (self.overlay, self.timing, self.record):
            file.unlink(missing_ok=True)
        for mask in (*self.masks.glob("*.png"), *self.mattes.glob("*/*.png")):
            if covers(mask.stem) and not mask.samefile(given):
                mask.unlink()
