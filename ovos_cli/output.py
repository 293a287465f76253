"""The output folder of a run."""

from contextlib import suppress
from pathlib import Path

from models.errors import InputError

OWN = ("overlay.mp4", "timing.json", "run.json")


def probe(folder: Path) -> None:
    """Make a folder, and see that files can be written there; OSError if not."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / ".ovos-probe"
    file.touch()
    file.unlink()


class OutputFolder:
    """masks/, overlay.mp4, timing.json and run.json below one folder."""

    def __init__(self, root: Path, *, overwrite: bool) -> None:
        """Create the folder, or clear what an earlier run left there.

        Raises:
            InputError: not a folder, not writable, or not empty without `overwrite`.
        """
        self.root, self.masks = root, root / "masks"
        if root.exists() and not root.is_dir():
            raise InputError(f"the output {root} is a file; give a folder with --out")
        try:
            # Empty folders, say of a run that was refused, are no one's loss.
            used = root.is_dir() and any(p.is_file() for p in root.rglob("*"))
            if used and not overwrite:
                raise InputError(
                    f"the output folder {root} is not empty; "
                    "add --overwrite or choose another --out"
                )
            self.masks.mkdir(parents=True, exist_ok=True)
            if used:
                self._clear()
            probe(root)
        except OSError as error:
            raise InputError(
                f"the output folder {root} cannot be written: {error.strerror}"
            ) from error

    def remove_if_empty(self) -> None:
        """Leave no trace of a run that wrote nothing."""
        for folder in (self.masks, self.root):
            with suppress(OSError):  # not empty
                folder.rmdir()

    def _clear(self) -> None:
        """Remove what a run writes, and nothing else: no mask of an old run may remain."""
        for name in OWN:
            (self.root / name).unlink(missing_ok=True)
        for mask in self.masks.glob("*.png"):
            mask.unlink()
