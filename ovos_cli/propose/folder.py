"""The folder of proposals that a run writes."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from models.pictures.run_lengths import encode
from models.sources.coco import IMAGES, RECORD, RESULTS
from models.sources.npz import write_npz
from models.sources.stored import StoredProposals
from ovos_cli.json_file import write_json
from ovos_cli.output import claim, refuse_links, remove_if_empty, writing
from ovos_cli.propose.format import Format

SHEETS = "sheets"
_OWN = (RESULTS, IMAGES, RECORD)


class ProposalFolder:
    """Writes the proposals of frame after frame; call `close` at the end, however it came."""

    def __init__(
        self, root: Path, format: Format, names: Collection[str] = (), *, overwrite: bool
    ) -> None:
        """Create the folder, or clear what an earlier run left there.

        Args:
            root: the folder.
            format: of what is written.
            names: of the source's frames; a number is one always. Other files stay.
            overwrite: whether to clear.

        Raises:
            InputError: not a folder, not writable, or not empty without `overwrite`; or
                pycocotools is missing for COCO results.
        """
        if format is Format.COCO:
            encode([])
        refuse_links(root / SHEETS)
        if claim(root, overwrite=overwrite):
            with writing(root):
                for name in _OWN:
                    (root / name).unlink(missing_ok=True)
                for file in (*root.glob("*.npz"), *root.glob(f"{SHEETS}/*.jpg")):
                    if file.stem.isdecimal() or file.stem in names:
                        file.unlink()
        self.root, self.format = root, format
        self._results: list[dict[str, Any]] = []
        self._images: list[dict[str, Any]] = []

    def remove_if_empty(self) -> None:
        """Leave no trace of a run that wrote nothing."""
        remove_if_empty(self.root)

    def write(self, index: int, name: str, stored: StoredProposals) -> None:
        """Add one frame, the video's `index`-th."""
        if self.format is Format.NPZ:
            write_npz(self.root, name, stored)
            return
        height, width = stored.size
        self._images.append(
            {"id": index, "file_name": f"{name}.png", "height": height, "width": width}
        )
        masks = encode(stored.frame_masks())
        for box, mask, score in zip(stored.boxes.tolist(), masks, stored.scores, strict=True):
            x0, y0, x1, y1 = (round(v, 2) for v in box)
            self._results.append(
                {
                    "image_id": index,
                    "category_id": 1,
                    "bbox": [x0, y0, round(x1 - x0, 2), round(y1 - y0, 2)],
                    "score": round(float(score), 6),
                    "segmentation": mask,
                }
            )

    def close(self, record: dict[str, Any]) -> None:
        """Write what is written at the end, and the record of the run."""
        if self.format is Format.COCO:
            write_json(self.root / IMAGES, {"images": self._images})
            write_json(self.root / RESULTS, self._results)
        write_json(self.root / RECORD, record)
