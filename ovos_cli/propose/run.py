"""What `ovos propose` does: proposals of a video, or recall over a data set."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from models import Precision
from models.errors import InputError
from models.hub.load import LoadedModel
from models.sources.install import digest_of
from models.sources.names import Kind, SourceName
from models.sources.stored import StoredProposals
from models.tracking.segmenter import Segmenter
from ovos_cli import __version__
from ovos_cli.benchmarking.stored_proposals import check_stored
from ovos_cli.dataset_options import open_dataset
from ovos_cli.datasets import DatasetName
from ovos_cli.evaluation.preflight import check_frames
from ovos_cli.groups import in_groups
from ovos_cli.json_file import write_json
from ovos_cli.lines import say, stopped
from ovos_cli.media.frame import Frame, FrameReader
from ovos_cli.media.source import Source, without_password
from ovos_cli.output import probe, writing
from ovos_cli.progress import progress_bar
from ovos_cli.propose.dataset import compared, measure, missed_sheet, propose_in, recall_table
from ovos_cli.propose.folder import SHEETS, ProposalFolder
from ovos_cli.propose.sheet import contact_sheet, save_jpeg

_PICTURES = 12
_RECALL, _MISSED = "recall.json", "missed.jpg"


@dataclass(frozen=True)
class Run:
    """A model and a source of proposals, ready to be asked."""

    loaded: LoadedModel
    source: SourceName
    size: int
    device: str
    precision: Precision
    console: Console

    def segmenter(self) -> Segmenter:
        """A fresh one over the loaded network."""
        return Segmenter(
            self.loaded.network, size=self.size, device=self.device, precision=self.precision
        )

    def write(
        self,
        video: Source,
        reader: FrameReader,
        frames: Iterable[Frame],
        folder: ProposalFolder,
        sheet: bool,
    ) -> None:
        """Propose in every frame of a video; Ctrl-C ends early with complete files.

        Args:
            video: named in the record.
            reader: of the video, for its estimate and its warnings.
            frames: what the reader reads.
            folder: to write to.
            sheet: whether to draw contact sheets as well.
        """
        segmenter, done, counted, interrupted = self.segmenter(), 0, 0, False
        try:
            with progress_bar(self.console, "frames/s") as bar:
                task = bar.add_task(escape(video.name), total=reader.estimate)
                for frame, stored in _proposed(frames, segmenter):
                    folder.write(frame.index, frame.stem, stored)
                    if sheet:
                        picture = contact_sheet(frame.image, stored)
                        save_jpeg(folder.root / SHEETS / f"{frame.stem}.jpg", picture)
                    done, counted = done + 1, counted + len(stored.scores)
                    bar.advance(task)
        except KeyboardInterrupt:
            interrupted = True
        record = self._record() | {
            "video": str(video),
            "frames": done,
            "proposals": counted,
            "complete": reader.whole and not interrupted,
            "warnings": reader.warnings,
        }
        folder.close(record)
        for warning in reader.warnings:
            say(Console(stderr=True), f"[yellow]warning:[/] {escape(warning)}")
        say(
            self.console,
            f"{done} frame{'s' * (done != 1)}, {counted / max(done, 1):.1f} proposals in each",
        )
        say(self.console, f"files    {escape(str(folder.root))}/")
        if sheet:
            say(self.console, f"sheets   {escape(str(folder.root / SHEETS))}/")
        if interrupted:
            raise stopped(f"{done} frames are done, their files are complete")

    def measure(
        self,
        name: DatasetName,
        root: Path | None,
        split: str | None,
        every: int,
        out: Path | None,
        sheet: bool,
        overwrite: bool,
    ) -> None:
        """Print recall over a data set; keep it, and pictures of misses, where wanted.

        Raises:
            InputError: the data or the stored proposals are incomplete, or `out` cannot be used.
        """
        if sheet and out is None:
            raise InputError("--sheet needs a folder for the picture: give --out")
        data = open_dataset(self.console, name, root, split)
        check_frames(data)
        if self.source.kind is Kind.FILES:
            config = self.loaded.network.config
            check_stored(data, self.source, config, lambda s: compared(s, every))
        if out is not None:
            _prepare(out, overwrite=overwrite)
        total = sum(len(compared(s, every)) for s in data.sequences)
        with progress_bar(self.console, "frames/s") as bar:
            task = bar.add_task("comparing", total=total)
            outcome = measure(
                data,
                self.loaded.network,
                self.source,
                self.segmenter,
                every=every,
                keep=_PICTURES if sheet else 0,
                tick=lambda: bar.advance(task),
            )
        if not outcome.tally.objects:
            raise InputError(f"{data.name} {data.split} has no annotated object to compare with")
        self.console.print(recall_table(outcome.tally, str(self.source)))
        if out is not None:
            data_record = {"dataset": data.name, "split": data.split, "every": every}
            record = self._record() | data_record | {"recall": outcome.tally.to_dict()}
            write_json(out / _RECALL, record)
            say(self.console, f"recall   {escape(str(out / _RECALL))}")
        if out is not None and outcome.missed:
            save_jpeg(out / _MISSED, missed_sheet(outcome.missed))
            say(self.console, f"missed   {escape(str(out / _MISSED))}")

    def _record(self) -> dict[str, Any]:
        config = self.loaded.network.config
        return {
            "ovos": __version__,
            "command": [without_password(argument) for argument in sys.argv],
            "source": str(self.source),
            "source_sha256": digest_of(self.loaded.network),
            "model": config.name,
            "weights": self.loaded.path.name,
            "weights_sha256": self.loaded.sha256,
            "size": self.size,
            "max_proposals": config.max_proposals,
            "nms": config.proposal_nms,
        }


def _prepare(out: Path, *, overwrite: bool) -> None:
    """Make the folder of a recall, and see that it can be written, before anything is measured."""
    there = [out / name for name in (_RECALL, _MISSED) if (out / name).exists()]
    if there and not overwrite:
        raise InputError(f"{there[0]} is there already; add --overwrite or choose another --out")
    with writing(out):
        probe(out)
        for path in there:
            path.unlink()


def _proposed(
    frames: Iterable[Frame], segmenter: Segmenter
) -> Iterable[tuple[Frame, StoredProposals]]:
    for group in in_groups(frames, segmenter.batch):
        stored = propose_in([f.image for f in group], [f.stem for f in group], segmenter)
        yield from zip(group, stored, strict=True)
