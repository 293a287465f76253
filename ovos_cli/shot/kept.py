"""What a folder keeps of a shot, as that is opened again."""

from collections.abc import Callable, Mapping
from pathlib import Path

from models.errors import InputError
from models.tracking.objects import Ids
from ovos_cli.masks.writer import is_whole
from ovos_cli.media.frame import Frame, FrameReader, frame_name
from ovos_cli.option_groups import SourceOptions
from ovos_cli.shot.annotations import Annotations
from ovos_cli.shot.feature_cache import FeatureCache, parse_size
from ovos_cli.shot.folder import MasksOf, ShotFolder
from ovos_cli.shot.identity import VERSION, is_upgraded
from ovos_cli.shot.instructions import parse_drop, parse_lock
from ovos_cli.shot.plan import Plan, hashed
from ovos_cli.shot.shot import Shot
from ovos_cli.shot.store import Store

_CACHED = "1G"


def claim_store(
    store: Store, now: dict[str, str], folder: ShotFolder, *, anew: bool, edited: bool
) -> str:
    """Make sure that what is in the store of a folder is of this source and model.

    Args:
        now: see `basis`.
        anew: what is there is forgotten.
        edited: the shot is opened to be edited.

    Returns:
        What is doubtful, for people; empty mostly.

    Raises:
        InputError: it is of another source or model, and not forgotten.
    """
    before, doubt = store.get("basis"), ""
    if not anew and before is not None and before != now:
        before = before if isinstance(before, dict) else {}
        changed = [name for name in now if now[name] != before.get(name)]
        if not is_upgraded({*changed}):
            way = "choose another --out" if edited else "begin anew with --overwrite"
            raise InputError(
                f"{folder.root} was made with another {' and '.join(changed)}; give the same "
                f"again, or {way}"
            )
        store.forget()
        folder.forget_states()
        doubt = (
            f"{folder.root} was made with another {VERSION}: what was given counts, and all else "
            "is found again"
        )
    if anew:
        store.forget()
        folder.forget()
    store.put("basis", now)
    for final in store.finals():
        if not is_whole(folder.mask_file(final.stem)):
            store.forget_final(final.frame)
    return doubt


def feature_cache(
    shot: Shot, size: str | None, folder: ShotFolder, key: str, *, edited: bool
) -> FeatureCache | None:
    """Of the size that was asked for; else for what is gone through again: all that is edited.

    Args:
        size: `2G`; `0` is none, as of what is gone through once.
        key: what features follow from.

    Raises:
        InputError: the size is none.
    """
    place, device = folder.kept / "features", shot.segmenter.device
    if not shot.reader.seekable:
        return None  # nothing is gone through twice
    if size is not None or edited:
        bound = parse_size(size or _CACHED)
        return FeatureCache(place, bound, key, device) if bound else None
    if not any(chain.backward for chain in shot.plan.chains):
        return None
    return FeatureCache(place, parse_size(_CACHED), key, device, shot.passed_twice)


def locked_masks(
    text: str, frames: range, folder: ShotFolder, reader: FrameReader, head: Frame
) -> Mapping[int, Ids]:
    """The masks of locked frames, all of which must be there.

    Args:
        text: that said which frames, for messages.
        head: the first frame of the shot.

    Raises:
        InputError: one is not there, or the first is of another size than the frames.
    """
    files = dict[int, Path]()
    for frame in frames:  # there may be billions of them, and then the first is missing soon
        files[frame] = folder.mask_file(frame_name(reader, frame))
        if not files[frame].is_file():
            raise InputError(f"--lock {text}: frame {frame} has no mask in {folder.root / 'masks'}")
    masks = MasksOf(files)
    if masks[frames[0]].shape != head.image.shape[:2]:
        raise InputError(f"--lock {text}: {files[frames[0]]} is of another size than the frames")
    return masks


def kept_annotations(
    folder: ShotFolder,
    masks: Mapping[int, Ids],
    source: SourceOptions,
    store: Store,
    name: Callable[[int], str],
) -> tuple[Annotations, Plan]:
    """What a person said of a shot, and what followed from it.

    Args:
        masks: by frame, those that the folder keeps.
        source: options of the run.
        name: of a frame's mask, without suffix.

    Raises:
        InputError: a mask of a locked frame cannot be read; what is kept contradicts itself.
    """
    annotations = Annotations()
    for frame, ids in masks.items():
        annotations.put(frame, ids)
    for text in source.lock or ():
        annotations.lock(MasksOf({f: folder.mask_file(name(f)) for f in parse_lock(text)}))
    for text in source.drop or ():
        annotations.drop(*parse_drop(text))
    prompts = annotations.prompts(source.start, source.end, forward=source.forward)
    return annotations, Plan(prompts, hashed(hashed(store.get("basis")), source.cuts))
