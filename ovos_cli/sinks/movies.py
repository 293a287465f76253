"""Video files with alpha: all objects together, or a file for each."""

from abc import ABC
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from ovos_cli.media.alpha_movie import AlphaMovie, Ffv1Movie, ProResMovie
from ovos_cli.media.frame import ColourTags
from ovos_cli.sinks.sink import ShotInfo, Sink, Written


class MovieSink(Sink, ABC):
    """`PLACE/SHOT.mov`, or `PLACE/SHOT_OBJECT.mov` of each object."""

    pixels = True
    heeds = frozenset({"apart", "soft_edges", "feather"})
    movie: ClassVar[type[AlphaMovie]]
    suffix: ClassVar[str]

    def __init__(self, place: Path, info: ShotInfo) -> None:
        """See `Sink`."""
        super().__init__(place, info)
        self._movies = dict[int | None, AlphaMovie]()

    def write(self, written: Written) -> None:
        """See `Sink`."""
        assert written.frame is not None
        objects = self.info.objects
        if not self._movies:
            self._begin(written.frame.colours)
        for ident, movie in self._movies.items():
            alpha = written.together(objects) if ident is None else written.alpha(ident)
            movie.write(written.index, written.frame.image, alpha)

    def close(self) -> None:
        """See `Sink`."""
        for movie in self._movies.values():
            movie.close()

    @classmethod
    def files(cls, place: Path) -> Iterable[Path]:
        """See `Sink`."""
        return place.glob(f"*{cls.suffix}")

    def _begin(self, colours: ColourTags) -> None:
        info = self.info
        self.place.mkdir(parents=True, exist_ok=True)
        names: dict[int | None, str] = {None: info.shot}
        if info.settings.apart:
            names = {i: f"{info.shot}_{info.names.name(i)}" for i in info.objects}
        for ident, name in names.items():
            place = self.place / f"{name}{self.suffix}"
            self._movies[ident] = self.movie(place, info.rate, info.aspect, colours)


class ProResSink(MovieSink):
    """`prores/SHOT.mov`, ProRes 4444."""

    place_name, suffix, movie = "prores", ".mov", ProResMovie


class Ffv1Sink(MovieSink):
    """`ffv1/SHOT.mkv`, exact."""

    place_name, suffix, movie = "ffv1", ".mkv", Ffv1Movie
