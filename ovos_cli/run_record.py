"""What `ovos segment` writes down of a run: run.json."""

import sys
from pathlib import Path
from typing import Any

from models.hub.load import LoadedModel
from models.sources.install import digest_of
from models.tracking.segmenter import Segmenter
from ovos_cli import __version__
from ovos_cli.media.frame import FrameReader
from ovos_cli.pipeline import Progress


def run_record(
    video: Path,
    mask: Path,
    loaded: LoadedModel,
    segmenter: Segmenter,
    done: Progress,
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
        "frames": {
            "first": done.first and done.first.index,
            "last": done.last and done.last.index,
            "count": done.frames,
        },
        "complete": reader.whole and not done.interrupted,
        "objects": objects_record(done.confidence),
        "warnings": reader.warnings,
    }


def objects_record(confidence: dict[int, dict[int, float]]) -> list[dict[str, Any]]:
    """For each object its mean confidence and the frames in which it was not seen."""
    return [
        {
            "id": ident,
            "mean_confidence": round(sum(by_frame.values()) / len(by_frame), 4),
            "unseen_frames": [frame for frame, value in by_frame.items() if value == 0],
        }
        for ident, by_frame in confidence.items()
    ]
