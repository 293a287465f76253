"""Where the picture of a mask is that `ovos mask` makes."""

from pathlib import Path


def preview_of(mask: Path) -> Path:
    """Beside it: `first_preview.jpg` of `first.png`."""
    return mask.with_name(f"{mask.stem}_preview.jpg")
