"""What is written of a shot, each kind of output a file of its own; `SINKS` names them."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ovos_cli.sinks.sink import Sink


class Output(NamedTuple):
    """An output for the tables of `--help`.

    sink: the class, as `module:Class` within this package. programs: which take it. holds: what.
    """

    sink: str
    programs: str
    holds: str


OUTPUTS: dict[str, Output] = {
    "masks": Output("masks:MasksSink", "ovos, DAVIS", "indexed PNGs of all objects"),
    "mattes": Output("mattes:MattesSink", "any editor", "black and white PNGs of each object"),
    "overlay": Output("overlay:OverlaySink", "any player", "the video, objects tinted"),
    "rgba": Output("rgba:RgbaSink", "any editor", "PNGs with straight alpha"),
    "prores": Output("movies:ProResSink", "Premiere, Resolve, FCP", "ProRes 4444 with alpha"),
    "ffv1": Output("movies:Ffv1Sink", "FFmpeg, archives", "FFV1 with alpha, exact, .mkv"),
    "soft": Output("soft:SoftSink", "Nuke, AE, Python", "grey PNGs: how likely is each object"),
    "exr": Output("exr:ExrSink", "Nuke, Fusion, Blender", "OpenEXR, a layer for each object"),
    "cryptomatte": Output("cryptomatte:CryptomatteSink", "Nuke, Fusion, Blender", "ids by name"),
    "webp": Output("preview:WebpSink", "messages, pages", "a small moving picture"),
    "gif": Output("preview:GifSink", "messages, pages", "the same, for old programs"),
    "sheet": Output("sheet:SheetSink", "people", "frames of the whole shot on one page"),
    "coco": Output("coco:CocoSink", "CVAT, FiftyOne, Detectron2", "a JSON with run lengths"),
    "coco-results": Output("coco:CocoResultsSink", "pycocotools (loadRes)", "a list of results"),
    "ytvis": Output("ytvis:YtvisSink", "TrackEval (ground truth)", "YouTube-VIS's JSON"),
    "ytvis-results": Output("ytvis:YtvisResultsSink", "TrackEval (results)", "YouTube-VIS's JSON"),
    "mots": Output("mots:MotsSink", "TrackEval", "a text with run lengths"),
    "mots-png": Output("mots:MotsPngSink", "CVAT, datumaro", "PNGs of 16 bits, class and id"),
    "cvat-images": Output("cvat:CvatImagesSink", "CVAT", "exact masks, objects as groups"),
    "cvat-video": Output("cvat:CvatVideoSink", "CVAT", "tracks of outlines; exact masks apart"),
    "label-studio": Output("label_studio:LabelStudioSink", "Label Studio", "brushes, and outlines"),
    "labelme": Output("labelme:LabelMeSink", "LabelMe", "a JSON for each frame"),
    "yolo-seg": Output("yolo:YoloSink", "YOLO, supervision", "a text for each frame, outlines"),
}
"""Outputs by name; a new one is a file beside these, and a line here."""

OF_RUN = ("masks", "mattes", "overlay")
"""What a run writes as it goes; see `Exports` for the others."""


class _Sinks(Mapping[str, "type[Sink]"]):
    """Their classes, each imported when it is asked for: `--help` waits for none."""

    def __getitem__(self, name: str) -> "type[Sink]":
        module, _, kind = OUTPUTS[name].sink.partition(":")
        found: type[Sink] = getattr(import_module(f"{__name__}.{module}"), kind)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(OUTPUTS)

    def __len__(self) -> int:
        return len(OUTPUTS)


SINKS: Mapping[str, "type[Sink]"] = _Sinks()
