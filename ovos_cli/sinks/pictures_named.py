"""What annotations call the pictures that they are of."""

from ovos_cli.sinks.sink import ShotInfo, Written


def picture_name(info: ShotInfo, written: Written) -> str:
    """The frame's own file of a folder; of a video, the name that a picture of it would have."""
    return f"{written.name}.png" if info.files is None else info.files[written.index]


def class_colours(info: ShotInfo) -> dict[str, str]:
    """Classes of the objects, each once, and the colour of the first object of each, #rrggbb."""
    colours = dict[str, str]()
    for ident in info.objects:
        colour = bytes(info.palette[3 * ident : 3 * ident + 3]).hex()
        colours.setdefault(info.names.class_name(ident), f"#{colour}")
    return colours


def labels_of(info: ShotInfo) -> dict[int, str]:
    """The class of each object."""
    return {ident: info.names.class_name(ident) for ident in info.objects}
