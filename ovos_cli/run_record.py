"""What `ovos segment` writes down of a run: run.json."""

import os
import sys
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

from models.hub.load import LoadedModel
from models.sources.install import digest_of
from models.tracking.segmenter import Segmenter
from ovos_cli import __version__
from ovos_cli.media.source import LiveSource, Source, without_password
from ovos_cli.shot.store import Final

_OF_NOBODY = ("forward", "backward", "merged")


def run_record(
    source: Source,
    given: dict[int, Path],
    loaded: LoadedModel,
    segmenter: Segmenter,
    finals: Iterable[Final],
    *,
    state: str,
    rate: Fraction,
    whole: bool,
    warnings: list[str],
    cuts: list[int],
    options: dict[str, Any],
) -> dict[str, object]:
    """What was run, on what, and what became of each object.

    Args:
        source: as it was given.
        given: the file of each mask that was given, by frame.
        loaded: the model.
        segmenter: over that model; its device, precision and size.
        finals: frames whose masks are written.
        state: `running`, `interrupted`, `failed at frame N` or `complete`.
        rate: frames per second of the source.
        whole: whether nothing of the source is known to be damaged or missing.
        warnings: of the source.
        cuts: frames before which a cut lies.
        options: all of them, for `ovos resume`.
    """
    done = list(finals)
    return {
        "ovos": __version__,
        "state": state,
        "process": os.getpid(),
        "command": [without_password(argument) for argument in sys.argv],
        "source": str(source),
        "live": isinstance(source, LiveSource),
        "rate": str(rate),
        "masks": [
            {"frame": frame, "file": str(file.absolute())} for frame, file in sorted(given.items())
        ],
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
            "first": done[0].frame if done else None,
            "last": done[-1].frame if done else None,
            "count": len(done),
        },
        "complete": whole and state == "complete",
        "objects": objects_record(done),
        "cuts": cuts,
        "warnings": warnings,
        "options": options,
    }


def objects_record(finals: Iterable[Final]) -> list[dict[str, Any]]:
    """For each object its mean confidence, where its masks come from, and where it was not seen."""
    sure, unseen = dict[int, list[float]](), dict[int, list[int]]()
    given, ways = dict[int, list[int]](), dict[int, dict[str, int]]()
    for final in finals:
        for ident, value in final.confidence.items():
            sure.setdefault(ident, []).append(value)
            if value == 0:
                unseen.setdefault(ident, []).append(final.frame)
            whence = final.origin[ident]
            if whence in _OF_NOBODY:
                counts = ways.setdefault(ident, dict.fromkeys(_OF_NOBODY, 0))
                counts[whence] += 1
            else:
                given.setdefault(ident, []).append(final.frame)
    return [
        {
            "id": ident,
            "mean_confidence": round(sum(sure[ident]) / len(sure[ident]), 4),
            "given_frames": given.get(ident, []),
            "found": ways.get(ident, {}),
            "unseen_frames": unseen.get(ident, []),
        }
        for ident in sorted(sure)
    ]
