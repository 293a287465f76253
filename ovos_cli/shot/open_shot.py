"""A shot in one call, for Python."""

from fractions import Fraction
from pathlib import Path

from models.config import FRAMES_KEPT
from models.hub.load import load_model
from models.tracking.segmenter import Segmenter
from models.utils.precision import Precision
from ovos_cli.media.open_source import open_source
from ovos_cli.media.source import source_named
from ovos_cli.shot.feature_cache import FeatureCache, parse_size
from ovos_cli.shot.identity import basis
from ovos_cli.shot.plan import hashed
from ovos_cli.shot.shot import Shot


def open_shot(
    video: str | Path,
    folder: str | Path,
    *,
    start: int = 0,
    end: int | None = None,
    fps: float = 24.0,
    forward: bool = False,
    cache: str = "1G",
    model: str = "lite",
    weights: str | Path | None = None,
    proposals: str | None = None,
    size: int = 480,
    device: str = "auto",
    precision: Precision | str = Precision.AUTO,
) -> Shot:
    """Open a video with masks at any of its frames.

    >>> with open_shot("video.mp4", "work") as shot:
    ...     shot.put(0, first)
    ...     shot.put(57, corrected)
    ...     for done in shot.run():
    ...         print(done.index, done.masks.confidence)

    Args:
        video: a video file, or a folder of images; or what is read once, see `source_named`.
        folder: where what is found is kept, and found again; made if it is not there.
        start, end: first and last frame, included; from 0.
        fps: frames per second of a folder of images.
        forward: nothing is looked for before its first mask, nor backward from a later one.
        cache: how much of the features of frames is kept, `2G`; `0` is none.
        model, weights, proposals, size, device, precision: see `Segmenter.load`.

    Raises:
        InputError: anything that was given is missing, damaged, or does not go together.
        OvosError: the folder cannot be written.
    """
    source, folder = source_named(video), Path(folder)
    reader = open_source(source, start=start, end=end, rate=Fraction(fps).limit_denominator(1001))
    loaded = load_model(model, None if weights is None else Path(weights), source=proposals)
    if loaded.network.config.memory_max is None:
        loaded.network.config = loaded.network.config.replace(memory_max=FRAMES_KEPT)
    segmenter = Segmenter(loaded.network, size=size, device=device, precision=precision)
    folder.mkdir(parents=True, exist_ok=True)
    key = hashed(basis(source, loaded, segmenter))
    shot = Shot(reader, segmenter, folder, key, forward=forward)
    bound = parse_size(cache)
    if bound:
        shot.cache = FeatureCache(folder / "features", bound, key, segmenter.device)
    return shot
