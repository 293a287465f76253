"""What `ovos segment` writes down of a run: run.json."""

import sys
from pathlib import Path
from typing import Any

from models.hub.load import LoadedModel
from models.sources.install import digest_of
from models.tracking.segmenter import Segmenter
from ovos_cli import __version__
from ovos_cli.media.frame import FrameReader
from ovos_cli.pipeline import Progress as Done


def run_record(
    video: Path,
    mask: Path,
    loaded: LoadedModel,
    segmenter: Segmenter,
    done: Done,
    reader: FrameReader,
) -> dict[str, object]:
    """What was run, on what, and what became of each object.

    Args:
        video: the source, as it was given.
        mask: the first mask's file.
        loaded: the model.
        segmenter: over that model; its device, precision and size.
        done: what the run did.
        reader: of the source, for its warnings.
    """
    return {
        "ovos": __version__,
        "command": sys.argv,
        "source": str(video),
        "mask": str(mask),
        "model": loaded.network.config.name,
        "weights": loaded.path.name,
        "weights_sha256": loaded.sha256,
        "proposals": loaded.source,
        "proposals_sha256": digest_of(loaded.network),
        "device": str(segmenter.device),
        "precision": str(segmenter.dtype).removeprefix("torch."),
        "size": segmenter.size,
        "config": loaded.network.config.to_dict(),
        "frames": {"first": done.first, "last": done.last, "count": done.frames},
        "complete": reader.whole and not done.interrupted,
        "objects": _objects(done.confidence, done.first or 0),
        "warnings": reader.warnings,
    }


def _objects(confidence: dict[int, list[float]], first: int) -> list[dict[str, Any]]:
    """For each object its mean confidence and the frames in which it was not seen."""
    return [
        {
            "id": ident,
            "mean_confidence": round(sum(values) / len(values), 4),
            "unseen_frames": [first + i for i, value in enumerate(values) if value == 0],
        }
        for ident, values in confidence.items()
    ]
