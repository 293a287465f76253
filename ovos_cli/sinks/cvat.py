"""CVAT's XML: exact masks of images, and tracks through a video."""

from collections.abc import Iterable
from pathlib import Path
from xml.etree.ElementTree import Element

from models.utils.whole_file import write_whole
from ovos_cli.formats import cvat_xml
from ovos_cli.formats.polygons import Ring, rings
from ovos_cli.formats.row_runs import Mask
from ovos_cli.masks.ids import ids_in
from ovos_cli.sinks.pictures_named import labels_of, picture_name
from ovos_cli.sinks.sink import ShotInfo, Sink, Written

_TRACKS, _MASKS = "tracks.xml", "masks.xml"


def _root(info: ShotInfo, *, video: bool) -> Element:
    classes = info.names.classes(info.objects)
    return cvat_xml.document(
        info.shot, info.size, classes, video=video, source=info.source, first=info.first
    )


class CvatImagesSink(Sink):
    """`cvat-images.xml`, "CVAT for images 1.1": every mask exactly, objects as groups."""

    place_name = "cvat-images.xml"

    def __init__(self, place: Path, info: ShotInfo) -> None:
        """See `Sink`."""
        super().__init__(place, info)
        self._root, self._count = _root(info, video=False), 0
        self._labels = labels_of(info)
        # CVAT counts a folder's images in the order of their characters.
        order = {name: i for i, name in enumerate(sorted(info.files or ()))}
        self._order = order if info.files is not None else None

    def write(self, written: Written) -> None:
        """See `Sink`."""
        self._count += 1
        index, name = written.index, f"frame_{written.index:06d}"  # CVAT's name of a video's frame
        if self._order is not None:
            name = picture_name(self.info, written)
            index = self._order[name]
        image = cvat_xml.add_image(self._root, index, name, self.info.size)
        for ident in sorted(ids_in(written.ids)):
            mask = written.ids == ident
            cvat_xml.add_mask(image, mask, label=self._labels[ident], group_id=ident)

    def close(self) -> None:
        """See `Sink`."""
        write_whole(self.place, cvat_xml.text_of(self._root, self._count))


class CvatVideoSink(Sink):
    """`cvat-video/`, "CVAT for video 1.1", twice, since CVAT keeps no track of masks.

    tracks.xml has a track for each object: the outline of its largest part, without holes.
    masks.xml has every mask exactly, as a track of one frame.
    """

    place_name = "cvat-video"

    def __init__(self, place: Path, info: ShotInfo) -> None:
        """See `Sink`."""
        super().__init__(place, info)
        self._tracks, self._masks = _root(info, video=True), _root(info, video=True)
        self._labels = labels_of(info)
        self._track = {
            ident: cvat_xml.add_track(self._tracks, number, self._labels[ident], ident)
            for number, ident in enumerate(info.objects)
        }
        self._seen = dict[int, Ring]()
        """Outlines of objects that were there in the frame before."""
        self._open = list[tuple[Element, Mask]]()
        """Masks of the frame before, and their tracks."""
        self._count = self._pieces = self._next = 0

    def write(self, written: Written) -> None:
        """See `Sink`."""
        present = sorted(ids_in(written.ids))
        goes_on = written.index == self._next
        self._end([ident for ident in self._seen if not (goes_on and ident in present)])
        self._count, self._next = self._count + 1, written.index + 1
        for ident in present:
            mask = written.ids == ident
            self._seen[ident] = outline = rings(mask)[0][0]
            cvat_xml.add_polygon(self._track[ident], written.index, outline, outside=False)
            piece = cvat_xml.add_track(self._masks, self._pieces, self._labels[ident], ident)
            cvat_xml.add_mask(piece, mask, frame=written.index, keyframe=1, outside=0)
            self._pieces += 1
            self._open.append((piece, mask))

    def close(self) -> None:
        """See `Sink`."""
        self.place.mkdir(exist_ok=True)
        # CVAT refuses shapes of frames that there are not; how many a video has, nobody said.
        if self._next < len(self.info.files or ()):
            self._end([*self._seen])
        for name, root in ((_TRACKS, self._tracks), (_MASKS, self._masks)):
            for track in root.findall("track"):
                if len(track) == 0:  # of an object that is nowhere
                    root.remove(track)
            write_whole(self.place / name, cvat_xml.text_of(root, self._count))

    @classmethod
    def files(cls, place: Path) -> Iterable[Path]:
        """See `Sink`."""
        return [place / name for name in (_TRACKS, _MASKS) if (place / name).is_file()]

    def _end(self, idents: Iterable[int]) -> None:
        """Say that objects, and masks of one frame, are not there after the frame before."""
        for ident in idents:
            outline = self._seen.pop(ident)
            cvat_xml.add_polygon(self._track[ident], self._next, outline, outside=True)
        for piece, mask in self._open:
            cvat_xml.add_mask(piece, mask, frame=self._next, keyframe=1, outside=1)
        self._open = []
