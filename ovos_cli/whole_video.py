"""`ovos segment` for Python: a whole video in one call."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from models.config import MemoryPolicy
from models.utils.named_choice import named_choice
from models.utils.precision import Precision
from ovos_cli.option_groups import MemoryOptions, ModelOptions, OutputOptions, SourceOptions
from ovos_cli.segment_run import open_run


@dataclass(frozen=True, slots=True)
class SegmentedVideo:
    """What `segment_video` did.

    folder: where its files are. frames: how many are done. confidence: for each object's id, and
    for each frame's index from the object's first on, how sure the model is, in [0, 1]; 0 where it
    sees none of the object. complete: False where the source was cut short or damaged. warnings:
    for people.
    """

    folder: Path
    frames: int
    confidence: dict[int, dict[int, float]]
    complete: bool
    warnings: tuple[str, ...]


def segment_video(
    video: str | Path,
    mask: str | Path | Sequence[str | Path],
    out: str | Path | None = OutputOptions.out,
    *,
    start: int = SourceOptions.start,
    end: int | None = SourceOptions.end,
    stream: int | None = SourceOptions.stream,
    fps: float = SourceOptions.fps,
    mask_colors: str | None = SourceOptions.mask_colors,
    mask_threshold: int | None = SourceOptions.mask_threshold,
    drop: list[str] | None = SourceOptions.drop,
    lock: list[str] | None = SourceOptions.lock,
    forward: bool = SourceOptions.forward,
    cuts: bool = SourceOptions.cuts,
    overwrite: bool = OutputOptions.overwrite,
    resume: bool = OutputOptions.resume,
    cache: str | None = OutputOptions.cache,
    write: list[str] | None = OutputOptions.write,
    soft: bool = OutputOptions.soft,
    mattes: bool = OutputOptions.mattes,
    overlay: bool = OutputOptions.overlay,
    names: str | None = OutputOptions.names,
    pattern: str | None = OutputOptions.pattern,
    first_number: int | None = OutputOptions.first_number,
    bits: int | None = OutputOptions.bits,
    apart: bool = OutputOptions.apart,
    soft_edges: bool = OutputOptions.soft_edges,
    median: int = OutputOptions.median,
    fill_holes: int = OutputOptions.fill_holes,
    drop_islands: int = OutputOptions.drop_islands,
    grow: int = OutputOptions.grow,
    feather: float = OutputOptions.feather,
    model: str = ModelOptions.model,
    weights: str | Path | None = ModelOptions.weights,
    proposals: str | None = ModelOptions.proposals,
    weights_dir: str | Path | None = ModelOptions.weights_dir,
    allow_untrained: bool = ModelOptions.allow_untrained,
    size: int | None = ModelOptions.size,
    device: str = ModelOptions.device,
    precision: Precision | str = ModelOptions.precision,
    settings: list[str] | None = ModelOptions.settings,
    memory: MemoryPolicy | str | None = MemoryOptions.memory,
    memory_stride: int | None = MemoryOptions.memory_stride,
    memory_max: int | None = MemoryOptions.memory_max,
) -> SegmentedVideo:
    """Follow the objects of the first frame's mask through a video, as `ovos segment` does.

    Nothing is printed. In the folder `out` it writes `masks/` (an indexed PNG of the source's size
    for each frame), `overlay.mp4`, `timing.json`, `run.json`, and with `mattes` a folder `mattes/`
    with a black and white PNG for each object and frame.

    Each option is the command's of the same name, with its default; errors name them as the command
    spells them, `--mask-colors` for `mask_colors`. `ovos segment --help` explains them.

    Args:
        video: a video file, or a folder of images of one kind; `-` for the standard input, or an
            address (`rtsp://…`), which are read once.
        mask: of the first frame and of its size: an indexed PNG whose indices are the ids of
            objects, 1 to 254, or a black and white picture of one object. `57=car.png` is of frame
            57; several may be given, or a folder of them, named like their frames.
        out: the folder; None is NAME_ovos in the working folder.
        start, end: first frame, which the mask annotates, and last one, included; from 0.
        stream: which stream of a video file with several, as FFmpeg counts them; None is the one
            that it deems best.
        fps: frames per second of the overlay of a folder of images.
        mask_colors: what the colours of a mask in colour mean: `ff0000=1,00ff00=2`.
        mask_threshold: for a mask with soft edges, the grey value, 1 to 255, where the object
            begins.
        drop, lock: `3@120-180`, an object that is out of sight there; `0-40`, frames whose masks
            in `out` stay.
        forward: nothing is looked for before its first mask, nor backward from a later one.
        cuts: find cuts to other shots, and look for objects anew after them.
        overwrite: replace the files of an earlier run; without it a folder with files is refused.
        cache: how much of the features of frames is kept for corrections: `2G`.
        resume: go on with what is in the folder; what still holds is not computed again.
        write: further outputs by name: `mattes`, `rgba` and others of `ovos export --help`.
        names: what objects are called in them, `1=dog,2=cat`.
        pattern, first_number: names of their frames' files, `{shot}.{frame:04d}`, and the number of
            the first.
        bits, apart, soft_edges: of PNGs, 8 or 16; each object in a picture of its own; alpha is how
            likely an object is.
        median, fill_holes, drop_islands, grow, feather: what is changed of masks in them, in frames
            and pixels; `masks`, `mattes` and the overlay are what was found.
        soft: keep how likely each object is in each pixel, too; the same as `write=["soft"]`.
        size: short side of the frames inside the model, in pixels; smaller is faster.
        settings: fields of the model's configuration, each as `key=value`.

    Raises:
        InputError: anything that was given is missing, damaged, or does not go together; a frame
            cannot be read.
        OvosError: a file cannot be written.
        KeyboardInterrupt: after Ctrl-C, once the files of the frames that are done are complete;
            its message says how to go on.
    """
    policy = None if memory is None else named_choice(MemoryPolicy, memory, "memory policy")
    run = open_run(
        SourceOptions(
            video=str(video),
            mask=[str(mask)] if isinstance(mask, str | Path) else [str(file) for file in mask],
            mask_colors=mask_colors,
            mask_threshold=mask_threshold,
            drop=drop,
            lock=lock,
            forward=forward,
            cuts=cuts,
            start=start,
            end=end,
            stream=stream,
            fps=fps,
        ),
        OutputOptions(
            out=_path(out),
            overwrite=overwrite,
            resume=resume,
            cache=cache,
            write=write,
            soft=soft,
            mattes=mattes,
            overlay=overlay,
            names=names,
            pattern=pattern,
            first_number=first_number,
            bits=bits,
            apart=apart,
            soft_edges=soft_edges,
            median=median,
            fill_holes=fill_holes,
            drop_islands=drop_islands,
            grow=grow,
            feather=feather,
            quiet=True,
        ),
        ModelOptions(
            model=model,
            weights=_path(weights),
            proposals=proposals,
            weights_dir=_path(weights_dir),
            allow_untrained=allow_untrained,
            size=size,
            device=device,
            precision=named_choice(Precision, precision, "precision"),
            settings=settings,
        ),
        MemoryOptions(memory=policy, memory_stride=memory_stride, memory_max=memory_max),
        Console(quiet=True),
    )
    run.follow()
    if run.state == "interrupted":  # the caller's loop over videos ends too
        raise KeyboardInterrupt(run.how_to_go_on())
    return SegmentedVideo(
        run.folder.root, run.done, run.confidence, run.reader.whole, tuple(run.warnings)
    )


def _path(given: str | Path | None) -> Path | None:
    return None if given is None else Path(given)
