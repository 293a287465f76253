"""Options of the command line, each declared once; commands that run a model share them."""

from pathlib import Path
from typing import Annotated

import typer

from models import MemoryPolicy, Precision
from models.config import FRAMES_KEPT
from ovos_cli.sinks import OUTPUTS

_INPUT, OUTPUT, _EXPORT, _MODEL, _MEMORY = "Input", "Output", "Export", "Model", "Memory"
LEAST_RATE = 0.1
"""Frames per second."""

_VIDEO = typer.Argument(
    help="A video file, or a folder of images; - for a pipe, or an address: rtsp://, http://, "
    "/dev/video0.",
    show_default=False,
)
Video = Annotated[str, _VIDEO]
MaybeVideo = Annotated[str | None, _VIDEO]
Masks = Annotated[
    list[str],
    typer.Option(
        "--mask",
        "-m",
        metavar="FILE",
        help="Annotation of the first frame, or FRAME=FILE of another one (57=car.png), or a "
        "folder of such files named by frame; may be repeated. An indexed PNG (index = object id, "
        "1 to 254; 0 says nothing of objects that are followed), or a black and white picture of "
        "one object; or annotations, which say of which frames they are: COCO, CVAT, LabelMe, "
        "Label Studio, MOTS, YOLO. An object that is given again is corrected.",
        show_default=False,
    ),
]
MoreMasks = Annotated[
    list[str] | None,
    typer.Option(
        "--mask",
        "-m",
        metavar="FRAME=FILE",
        help="A further mask, or a correction; may be repeated.",
        show_default=False,
    ),
]
Drop = Annotated[
    list[str] | None,
    typer.Option(
        metavar="OBJECT@FRAME",
        help="An object that is out of sight from a frame on, 3@120, or within frames, "
        "3@120-180; may be repeated.",
        rich_help_panel=_INPUT,
        show_default=False,
    ),
]
Lock = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FIRST-LAST",
        help="Frames whose masks in the output folder are right: they stay, and count as given; "
        "may be repeated.",
        rich_help_panel=_INPUT,
        show_default=False,
    ),
]
Forward = Annotated[
    bool,
    typer.Option(
        "--forward",
        help="Go forward only: nothing is looked for before its first mask, nor back from a later "
        "one.",
        rich_help_panel=_INPUT,
    ),
]

Cuts = Annotated[
    bool,
    typer.Option(
        help="Find cuts to other shots, and look for objects anew after them.",
        rich_help_panel=_INPUT,
    ),
]

MaskColors = Annotated[
    str | None,
    typer.Option(
        metavar="COLOR=ID,…",
        help="Which colour of a colour mask is which object: ff0000=1,00ff00=2.",
        rich_help_panel=_INPUT,
    ),
]
MaskThreshold = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=255,
        help="For a matte of one object with soft edges: what of it is object, 128 for half.",
        rich_help_panel=_INPUT,
    ),
]
Start = Annotated[
    int,
    typer.Option(
        help="First frame, counted from 0; a mask that names no frame is of it.",
        rich_help_panel=_INPUT,
    ),
]
End = Annotated[
    int | None,
    typer.Option(help="Last frame, included. Default: the last.", rich_help_panel=_INPUT),
]
Stream = Annotated[
    int | None,
    typer.Option(
        help="Which stream of a video file with several, as ffprobe counts them. Default: the one "
        "that FFmpeg deems best.",
        rich_help_panel=_INPUT,
        show_default=False,
    ),
]
FrameRate = Annotated[
    float,
    typer.Option(
        min=LEAST_RATE, help="Overlay's frame rate for a folder of images.", rich_help_panel=_INPUT
    ),
]

Out = Annotated[
    Path | None,
    typer.Option(
        "--out", "-o", help="Output folder. Default: NAME_ovos here.", rich_help_panel=OUTPUT
    ),
]
Overwrite = Annotated[
    bool,
    typer.Option(
        "--overwrite",
        help="Begin anew, and replace an earlier run's files once the new ones are whole: of "
        "masks, those of the frames gone over now.",
        rich_help_panel=OUTPUT,
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on with what is in the output folder: of a run that was interrupted, or of one "
        "to which masks are added now. What still holds is not computed again.",
        rich_help_panel=OUTPUT,
    ),
]
Cache = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE",
        help="Keep so much of the features of frames in OUT/.ovos/features (2G, 500M, 0 for none), "
        "which makes later corrections faster; safe to delete. Default: 1G, and only while frames "
        "are gone through twice.",
        rich_help_panel=OUTPUT,
        show_default=False,
    ),
]
Write = Annotated[
    list[str] | None,
    typer.Option(
        metavar="OUTPUT",
        help="A further output beside masks and overlay, by its name: "
        f"{', '.join(OUTPUTS)} (ovos export --help says what they hold); may be repeated.",
        rich_help_panel=OUTPUT,
        show_default=False,
    ),
]
Mattes = Annotated[
    bool,
    typer.Option(
        "--mattes",
        help="Write a black and white matte of each object too: mattes/ID/FRAME.png. The same as "
        "--write mattes.",
        rich_help_panel=OUTPUT,
    ),
]
Overlay = Annotated[bool, typer.Option(help="Write overlay.mp4.", rich_help_panel=OUTPUT)]
Names = Annotated[
    str | None,
    typer.Option(
        metavar="ID=NAME,…",
        help="What objects are called in outputs: 1=dog,2=cat, or a TOML or JSON file that may say "
        "class and color, too. Kept in objects.json.",
        rich_help_panel=_EXPORT,
        show_default=False,
    ),
]
Pattern = Annotated[
    str | None,
    typer.Option(
        metavar="PATTERN",
        help="Names of frames' files: '{shot}.{frame:04d}', 'plate_####', 'f_%04d'; {name} is a "
        "frame's own. Default: {name}, with --first-number the first of these.",
        rich_help_panel=_EXPORT,
        show_default=False,
    ),
]
FirstNumber = Annotated[
    int | None,
    typer.Option(
        metavar="NUMBER",
        help="Number of the first frame in files' names, 1001 for example.",
        rich_help_panel=_EXPORT,
        show_default=False,
    ),
]
Bits = Annotated[
    int | None,
    typer.Option(
        metavar="8|16",
        help="Of a channel of PNGs. Default: 8 of rgba, 16 of soft.",
        rich_help_panel=_EXPORT,
        show_default=False,
    ),
]
Apart = Annotated[
    bool,
    typer.Option(
        "--apart",
        help="Each object in pictures of its own, not all together.",
        rich_help_panel=_EXPORT,
    ),
]
SoftEdges = Annotated[
    bool,
    typer.Option(
        "--soft-edges",
        help="Alpha is how likely the object is, from 0 to 1, not either of them.",
        rich_help_panel=_EXPORT,
    ),
]
Median = Annotated[
    int,
    typer.Option(
        metavar="FRAMES",
        help="Calm flickering edges: of each pixel, the median of so many frames, 3 or 5; none "
        "reaches over a cut.",
        rich_help_panel=_EXPORT,
        show_default=False,
    ),
]
FillHoles = Annotated[
    int,
    typer.Option(
        metavar="AREA",
        help="Fill holes of fewer pixels than this.",
        rich_help_panel=_EXPORT,
        show_default=False,
    ),
]
DropIslands = Annotated[
    int,
    typer.Option(
        metavar="AREA",
        help="Drop parts of fewer pixels than this, but an object's largest.",
        rich_help_panel=_EXPORT,
        show_default=False,
    ),
]
Grow = Annotated[
    int,
    typer.Option(
        metavar="PIXELS",
        help="Grow objects in every direction, or shrink them: -2.",
        rich_help_panel=_EXPORT,
        show_default=False,
    ),
]
Feather = Annotated[
    float,
    typer.Option(
        metavar="PIXELS",
        help="Let alpha fade over about so many pixels to each side of an edge.",
        rich_help_panel=_EXPORT,
        show_default=False,
    ),
]
Soft = Annotated[
    bool,
    typer.Option(
        "--soft",
        help="Keep how likely each object is in each pixel, too: soft/OBJECT/FRAME.png, of 16 bits "
        "or --bits 8. The same as --write soft.",
        rich_help_panel=OUTPUT,
    ),
]
Quiet = Annotated[
    bool,
    typer.Option("--quiet", "-q", help="No progress bar, no table.", rich_help_panel=OUTPUT),
]

Model = Annotated[
    str,
    typer.Option(
        help="lite (trained, in the package), or r50, r101 (the paper's sizes, your weights).",
        rich_help_panel=_MODEL,
    ),
]
Weights = Annotated[
    Path | None,
    typer.Option(help="A weights file instead of the package's.", rich_help_panel=_MODEL),
]
Size = Annotated[
    int | None,
    typer.Option(
        help="Short side of the frames inside the model, in pixels; smaller is faster. "
        "Masks come out at the source's size. Default: 480; of ovos segment, batch and benchmark "
        "640 where the first mask has several objects, one of them below 3 % of the frame.",
        rich_help_panel=_MODEL,
    ),
]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.", rich_help_panel=_MODEL)]
PrecisionName = Annotated[
    Precision, typer.Option(help="Number format of the heavy layers.", rich_help_panel=_MODEL)
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="Change a field of the model's configuration, for experiments: use_aoa=false; may be "
        "repeated.",
        rich_help_panel=_MODEL,
        show_default=False,
    ),
]

Source = Annotated[
    str | None,
    typer.Option(
        "--proposals",
        metavar="SOURCE",
        help="Where object proposals come from: lite, maskrcnn-r50, maskrcnn-r50-v2, "
        "files:DIR or detectron2:CONFIG. Default: the model's own.",
        rich_help_panel=_MODEL,
        show_default=False,
    ),
]
WeightsDir = Annotated[
    Path | None,
    typer.Option(
        help="Folder of published weights that --proposals needs; torchvision's are fetched into "
        "it. Default: torch's cache.",
        rich_help_panel=_MODEL,
        show_default=False,
    ),
]
AllowUntrained = Annotated[
    bool,
    typer.Option(
        "--allow-untrained",
        help="Run r50 or r101 without weights, for timing and shapes: the masks mean nothing.",
        rich_help_panel=_MODEL,
    ),
]

Memory = Annotated[
    MemoryPolicy | None,
    typer.Option(
        metavar="POLICY",
        help="Which past frames the memory reads: first, previous, first+previous, stride (first + "
        "previous + every k-th) or all. "
        "Default: what the weights were made for (lite: stride).",
        rich_help_panel=_MEMORY,
    ),
]
MemoryStride = Annotated[
    int | None,
    typer.Option(
        help="k: remember every k-th frame. Default: what the weights were made for (lite: 5).",
        rich_help_panel=_MEMORY,
    ),
]
MemoryMax = Annotated[
    int | None,
    typer.Option(
        help="Most frames in memory; the one that is missed least is dropped, never one whose "
        "mask was given. "
        f"Default: what the weights were made for, else {FRAMES_KEPT} (lite: {FRAMES_KEPT}).",
        rich_help_panel=_MEMORY,
    ),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks of errors.")]
