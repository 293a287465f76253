"""What is seen to of a run's input before anything is written."""

import os
from collections.abc import Collection
from pathlib import Path

from models.errors import InputError
from ovos_cli.media.frame import Frame, FrameReader, frame_name
from ovos_cli.media.source import Source
from ovos_cli.shot.given import GivenMasks
from ovos_cli.sinks import OF_RUN, SINKS


def refuse_writing_over(
    video: Source,
    given: GivenMasks,
    root: Path,
    reader: FrameReader,
    outputs: Collection[str],
) -> None:
    """See that a run would not write over what it reads.

    Args:
        root: of its outputs.
        outputs: names of those that are written beside masks and what a run writes as it goes.

    Raises:
        InputError: it would.
    """
    places = [sink.place_name for name, sink in SINKS.items() if name in {*OF_RUN, *outputs}]
    # Any of them may be a link to where the frames are. Unlike `resolve`, this bears circles.
    written = {Path(os.path.realpath(root / place)) for place in places}
    place = video.resolve() if isinstance(video, Path) else None
    if place is not None and written & {place, *place.parents}:
        raise InputError(f"{video} lies where the run would write; choose another --out")
    for frame, file in given.files.items():
        # The mask of its own frame is written back as it is.
        inside = written & {*file.resolve().parents}
        if inside and reader.covers(file.stem) and file.stem != frame_name(reader, frame):
            raise InputError(
                f"the mask {file} is named like frame {file.stem} and would be replaced by its "
                f"mask; if it is of that frame, give --mask {file.stem}={file}, else copy it to "
                "another place"
            )


def check_mask_sizes(given: GivenMasks, head: Frame) -> None:
    """See that masks are of the size of the first frame. Raises InputError: one is not."""
    height, width = head.image.shape[:2]
    for frame, ids in given.masks.items():
        if ids.shape != (height, width):
            raise InputError(
                f"the mask is {ids.shape[1]}x{ids.shape[0]} but frame {frame} is "
                f"{width}x{height} (rotation applied); draw the mask {given.files.get(frame, '')} "
                "on a frame of the full size, if it is of this video"
            )
