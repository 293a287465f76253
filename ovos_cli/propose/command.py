"""`ovos propose`: parse, call, print."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from models import Precision, load_model
from models.errors import InputError
from models.hub import LoadedModel
from models.segmenter import Segmenter
from models.sources.names import Kind, SourceName
from models.sources.stored import StoredProposals
from ovos_cli import __version__, options
from ovos_cli.datasets import DatasetName, open_dataset
from ovos_cli.media.frame import Frame
from ovos_cli.media.open_source import open_source, past_the_end
from ovos_cli.progress import progress_bar
from ovos_cli.propose.dataset import compared, measure, missed_sheet, recall_table
from ovos_cli.propose.folder import SHEETS, Format, ProposalFolder
from ovos_cli.propose.sheet import contact_sheet, save_jpeg
from ovos_cli.report import say, warn_untrained, write_json

_INTERRUPTED = 130
_RECALL = "Recall"
_PICTURES = 12


def propose(
    video: Annotated[
        Path | None,
        typer.Argument(help="A video file, or a folder of images.", show_default=False),
    ] = None,
    frame: Annotated[
        int | None,
        typer.Option(help="This frame only, counted from 0.", rich_help_panel="Input"),
    ] = None,
    start: Annotated[
        int, typer.Option(help="First frame, counted from 0.", rich_help_panel="Input")
    ] = 0,
    end: options.End = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Output folder. Default: NAME_proposals here; with --recall none.",
            rich_help_panel="Output",
        ),
    ] = None,
    format: Annotated[
        Format,
        typer.Option(
            help="npz: a file for each frame, soft masks; coco: COCO results.",
            rich_help_panel="Output",
        ),
    ] = Format.NPZ,
    sheet: Annotated[
        bool,
        typer.Option(
            "--sheet",
            help="Also draw a numbered contact sheet of each frame; with --recall, what is missed.",
            rich_help_panel="Output",
        ),
    ] = False,
    overwrite: options.Overwrite = False,
    quiet: options.Quiet = False,
    recall: Annotated[
        bool,
        typer.Option(
            "--recall",
            help="Measure how well proposals cover the annotated objects of a data set.",
            rich_help_panel=_RECALL,
        ),
    ] = False,
    dataset: Annotated[
        DatasetName, typer.Option(help="Which data set.", rich_help_panel=_RECALL)
    ] = DatasetName.DAVIS16,
    root: Annotated[
        Path | None, typer.Option(help="Its folder.", rich_help_panel=_RECALL, show_default=False)
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            help="val, train, all, or a text file of names. Default: val.",
            rich_help_panel=_RECALL,
            show_default=False,
        ),
    ] = None,
    every: Annotated[
        int,
        typer.Option(
            min=1, help="Compare every so many annotated frames.", rich_help_panel=_RECALL
        ),
    ] = 12,
    proposals: options.Source = None,
    weights_dir: options.WeightsDir = None,
    model: options.Model = "lite",
    weights: options.Weights = None,
    allow_untrained: options.AllowUntrained = False,
    size: options.Size = 480,
    device: options.Device = "auto",
    precision: options.PrecisionName = Precision.AUTO,
    settings: options.Settings = None,
    debug: options.Debug = False,
) -> None:
    """Propose objects: as files for `--proposals files:DIR`, as pictures, or measured.

    Example: `ovos propose sample_videos/bunny.mp4 --frame 33 --sheet`

    Recall: `ovos propose --recall --dataset davis16 --root DAVIS --split val`
    """
    if recall and (video is not None or root is None):
        raise InputError("--recall measures a data set: give its folder with --root, and no video")
    if not recall and (video is None or root is not None):
        raise InputError("give a video; or measure a data set with --recall --root FOLDER")
    changes = {"max_proposals": 100} if recall else {}
    source = SourceName.parse(proposals) if proposals else None
    by_sequence = recall and source is not None and source.kind is Kind.FILES
    loaded = load_model(
        model,
        weights,
        settings or (),
        source=None if by_sequence else proposals,
        weights_dir=weights_dir,
        allow_untrained=allow_untrained,
        use_matcher=True,
        **changes,
    )
    warn_untrained(Console(stderr=True), loaded)
    run = _Run(
        loaded,
        source or SourceName.parse(loaded.source),
        size,
        device,
        precision,
        Console(quiet=quiet),
    )
    if video is None:
        assert root is not None
        run.measure(dataset, root, split, every, out, sheet)
        return
    if frame is not None:
        start, end = frame, frame
    folder = ProposalFolder(
        out or Path(f"{video.resolve().stem}_proposals"), format, overwrite=overwrite
    )
    run.write(video, start, end, folder, sheet)


@dataclass(frozen=True)
class _Run:
    loaded: LoadedModel
    source: SourceName
    size: int
    device: str
    precision: Precision
    console: Console

    def segmenter(self) -> Segmenter:
        return Segmenter(
            self.loaded.network, size=self.size, device=self.device, precision=self.precision
        )

    def write(
        self, video: Path, start: int, end: int | None, folder: ProposalFolder, sheet: bool
    ) -> None:
        """Propose in every frame of a video; Ctrl-C ends early with complete files."""
        reader = open_source(video, start=start, end=end)
        segmenter, done, counted, interrupted = self.segmenter(), 0, 0, False
        try:
            with progress_bar(self.console, "frames/s") as bar:
                task = bar.add_task(escape(video.name), total=reader.estimate)
                for frame, stored in _proposed(reader, segmenter):
                    folder.write(frame.index, frame.stem, stored)
                    if sheet:
                        picture = contact_sheet(frame.image, stored)
                        save_jpeg(folder.root / SHEETS / f"{frame.stem}.jpg", picture)
                    done, counted = done + 1, counted + len(stored.scores)
                    bar.advance(task)
        except KeyboardInterrupt:
            interrupted = True
        if not done and not interrupted:
            raise past_the_end(video, start)
        record = self._record() | {
            "video": str(video),
            "frames": done,
            "proposals": counted,
            "complete": not interrupted,
        }
        folder.close(record)
        for warning in reader.warnings:
            say(Console(stderr=True), f"[yellow]warning:[/] {escape(warning)}")
        say(self.console, f"{done} frames, {counted / max(done, 1):.1f} proposals in each")
        say(self.console, f"files    {escape(str(folder.root))}/")
        if sheet:
            say(self.console, f"sheets   {escape(str(folder.root / SHEETS))}/")
        if interrupted:
            say(Console(stderr=True), f"interrupted: {done} frames are done, their files complete")
            raise typer.Exit(_INTERRUPTED)

    def measure(
        self,
        name: DatasetName,
        root: Path,
        split: str | None,
        every: int,
        out: Path | None,
        sheet: bool,
    ) -> None:
        """Print recall over a data set; keep it, and pictures of misses, where wanted."""
        if sheet and out is None:
            raise InputError("--sheet needs a folder for the picture: give --out")
        data = open_dataset(name, root, split)
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
            out.mkdir(parents=True, exist_ok=True)
            data_record = {"dataset": data.name, "split": data.split, "every": every}
            record = self._record() | data_record | {"recall": outcome.tally.to_dict()}
            write_json(out / "recall.json", record)
            say(self.console, f"recall   {escape(str(out / 'recall.json'))}")
        if out is not None and outcome.missed:
            save_jpeg(out / "missed.jpg", missed_sheet(outcome.missed))
            say(self.console, f"missed   {escape(str(out / 'missed.jpg'))}")

    def _record(self) -> dict[str, Any]:
        config = self.loaded.network.config
        return {
            "ovos": __version__,
            "command": sys.argv,
            "source": str(self.source),
            "model": config.name,
            "weights": self.loaded.path.name,
            "weights_sha256": self.loaded.sha256,
            "size": self.size,
            "max_proposals": config.max_proposals,
            "nms": config.proposal_nms,
        }


def _proposed(
    frames: Iterable[Frame], segmenter: Segmenter
) -> Iterable[tuple[Frame, StoredProposals]]:
    for frame in frames:
        [prepared] = segmenter.prepare([frame.image], [frame.stem])
        assert segmenter.geometry is not None
        yield frame, StoredProposals.of(prepared.proposals, segmenter.geometry)
