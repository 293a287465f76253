"""Regions of a frame, drawn one over the other."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from ovos_cli.formats.annotated import Annotated, AnnotatedFrame
from ovos_cli.formats.numbering import Key, keys_of
from ovos_cli.formats.row_runs import Size

Ids = NDArray[np.uint8]


def drawn(
    annotated: Annotated, frame: AnnotatedFrame, ids: Mapping[Key, int], size: Size
) -> tuple[Ids, list[str]]:
    """(H, W) ids of a frame, what comes later above, and what is doubtful of them.

    Args:
        annotated: the file.
        frame: one of its frames.
        ids: of objects.
        size: of the frame.

    Raises:
        InputError: a region cannot be decoded.
    """
    drawn_ids, doubts = np.zeros(size, np.uint8), list[str]()
    where = f"{annotated.path}{f', frame {frame.name!r}' if frame.name else ''}"
    empty, covered = list[int](), dict[tuple[int, int], int]()
    keys = keys_of(frame)
    twice = [ids[key] for key in dict.fromkeys(keys) if keys.count(key) > 1]
    if twice and not annotated.grouped:
        doubts.append(f"{where}: object {twice[0]} has several masks, which are taken together")
    for key, region in zip(keys, frame.regions, strict=True):
        ident = ids[key]
        try:
            mask = region.draw(size)
        except InputError as error:
            raise InputError(f"{where}: {error}") from error
        # pycocotools raises bare Exceptions, among others.
        except Exception as error:
            label = f" ('{region.label}')" if region.label else ""
            what = f"it lacks {error}" if isinstance(error, KeyError) else error
            raise InputError(
                f"{where}: the mask of object {ident}{label} cannot be used: {what}"
            ) from error
        below = drawn_ids[mask]
        for other in np.unique(below[(below > 0) & (below != ident)]).tolist():
            pair = (other, ident)
            covered[pair] = covered.get(pair, 0) + int(np.count_nonzero(below == other))
        if not mask.any():
            empty.append(ident)
        drawn_ids[mask] = ident
    for (below_id, above), pixels in covered.items():
        doubts.append(
            f"{where}: object {above} covers {pixels} pixels of object {below_id}; what comes "
            "later in the file is above"
        )
    if empty:
        doubts.append(f"{where}: the mask of object {empty[0]} has no pixel within the frame")
    return drawn_ids, doubts
