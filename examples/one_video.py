"""Follow objects of the sample video frame by frame: python examples/one_video.py --help."""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ovos_cli import FrameMasks, Segmenter

SAMPLES = Path(__file__).parent.parent / "sample_videos"
RABBIT, STONE = 1, 2


def read_mask(name: str, ident: int) -> NDArray[np.uint8]:
    """One object of an indexed PNG, whose pixels are the ids of objects; 0 elsewhere."""
    ids = np.array(Image.open(SAMPLES / name))
    return np.where(ids == ident, ids, 0)


def show(frame: int, masks: FrameMasks, what: str) -> None:
    areas = {ident: int((masks.ids == ident).sum()) for ident in masks.confidence}
    sure = {ident: round(value, 2) for ident, value in masks.confidence.items()}
    print(f"frame {frame:3}  {what:23}  pixels {areas}  confidence {sure}")


def main(frames: int = 24, size: int = 480) -> None:
    """Segment the first frames of the sample; at least 20, so that all is shown."""
    segmenter = Segmenter.load("lite", size=size)
    with av.open(str(SAMPLES / "bunny.mp4")) as video, TemporaryDirectory() as folder:
        for index, picture in zip(range(frames), video.decode(video=0), strict=False):
            frame = picture.to_ndarray(format="rgb24")  # (height, width, 3), uint8
            if index == 0:
                masks = segmenter.step(frame, read_mask("bunny.png", RABBIT))
                show(index, masks, "the rabbit is given")
            elif index == 6:  # a mask of a new object: it begins here
                masks = segmenter.step(frame, read_mask("truth/00006.png", STONE))
                show(index, masks, "a stone begins")
            elif index == 15:  # a mask of a known object: it counts for good
                masks = segmenter.step(frame, read_mask("truth/00015.png", RABBIT))
                show(index, masks, "the rabbit is corrected")
            elif index == 18:
                masks = segmenter.step(frame, drop=[STONE])
                show(index, masks, "the stone is dropped")
                segmenter.save(f"{folder}/state.safetensors")
                segmenter = Segmenter.load("lite", size=size)  # tomorrow, elsewhere
                segmenter.restore(f"{folder}/state.safetensors")
            else:
                show(index, segmenter.step(frame), "")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--frames", type=int, default=24, help="how many, 20 at least")
    arguments.add_argument("--size", type=int, default=480, help="short side inside the model")
    main(**vars(arguments.parse_args()))
