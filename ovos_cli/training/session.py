"""One training session: from a recipe to a run's folder."""

import time
from collections import Counter
from functools import partial
from pathlib import Path

import torch
from rich.console import Console
from rich.markup import escape
from torch import nn

from models.errors import InputError
from models.network import DMNAOA
from models.training.build import build_samples, build_stage, check_model, fitting
from models.training.data.catalog import open_data
from models.training.data.preflight import holds_objects, survey
from models.training.engine.hooks import Hooks, Progress
from models.training.engine.processes import Processes
from models.training.engine.schedule import iterations_of
from models.training.engine.stream import stream
from models.training.engine.trainer import Trainer
from models.training.recipe import Recipe
from models.training.stages.start import inherited
from models.utils.precision import Precision
from models.utils.whole_file import write_whole
from ovos_cli.lines import say
from ovos_cli.training.data_folders import DataFolders
from ovos_cli.training.dev import DevSet, place_of
from ovos_cli.training.pictures import write_sheet
from ovos_cli.training.run_folder import RunFolder
from ovos_cli.training.words import bar, counted, described

_NAMED = 10
_FORMATS = {
    torch.bfloat16: Precision.BF16,
    torch.float16: Precision.FP16,
    torch.float32: Precision.FP32,
}


class Session:
    """Opens data and folder, looks at both, trains, and says what it did."""

    def __init__(
        self,
        recipe: Recipe,
        base: Path | None,
        out: Path | None,
        team: Processes,
        dtype: torch.dtype,
        console: Console,
        *,
        only_look: bool = False,
    ) -> None:
        """Open everything that a run needs, before anything long begins.

        Args:
            base: folder that the recipe's data roots are below; None looks in OVOS_DATA and here.
            only_look: there will be no `run`, so its folder is left alone.

        Raises:
            InputError: something is missing, or does not go together.
        """
        formats = team.gather(_FORMATS[dtype].value)
        if len(set(formats)) > 1:
            raise InputError(
                f"the processes would compute in different formats (by rank: {', '.join(formats)}) "
                "and not in step; start them on devices of one kind, or set one for all, with "
                "--set precision=fp16 or fp32"
            )
        batch, micro = recipe.schedule.batch, recipe.schedule.micro_batch
        if batch % (team.world * micro):
            fits = [n for n in range(1, team.world) if batch % (n * micro) == 0]
            less = f"; start {fits[-1]}, or change the batch" if fits else ""
            raise InputError(
                f"schedule.batch is {batch}; it must be a multiple of {team.world} processes "
                f"times schedule.micro_batch {micro}{less}"
            )
        check_model(recipe)
        self.recipe, self.team, self.dtype, self.console = recipe, team, dtype, console
        root = out or Path("runs") / recipe.name
        self._folder = None if only_look else RunFolder(root, recipe)
        if self._folder is not None and not self._folder.resumes:
            inherited(recipe)  # what it starts from is there
        folders = DataFolders(base)
        places = [folders.place(part) for part in recipe.data]
        if base is None:
            for place in dict.fromkeys(places):
                say(console, escape(f"data     {place}"))
        opened = [
            open_data(part, place.parent, place)
            for part, place in zip(recipe.data, places, strict=True)
        ]
        self.data = [fitting(data, recipe) for data in opened]
        self.short: list[tuple[str, list[str]]] = []
        for before, after in zip(opened, self.data, strict=True):
            kept = {video.name for video in after.videos}
            self.short.append((before.name, [v.name for v in before.videos if v.name not in kept]))
        self.dev: DevSet | None = None
        if recipe.dev is not None:
            place = folders.place(place_of(recipe.dev))
            self.dev = DevSet(recipe.dev, place.parent, place)
        self._before: float | None = None
        self.samples = build_samples(recipe, self.data)

    @property
    def folder(self) -> RunFolder:
        """The run's folder."""
        assert self._folder is not None
        return self._folder

    def look(self, *, decode: bool) -> None:
        """Say what the data hold, those to score on too.

        Raises:
            InputError: a pair is broken, or a video cannot be scored on; the first is named.
        """
        surveys = []
        all_data = [*self.data, *([self.dev.data] if self.dev is not None else [])]
        counts = [len(d.images) + sum(v.length for v in d.videos) for d in all_data]
        with bar(self.console, transient=True) as shown:
            task = shown.add_task("checking the data", total=sum(counts), loss="")
            for data in all_data:
                surveys.append(survey(data, decode=decode, tick=partial(shown.advance, task)))
        if self.dev is not None:
            surveys[-1].name += " (to score on)"
        for found in surveys:
            say(self.console, escape(described(found)))
        broken = [text for found in surveys for text in found.broken]
        if broken:
            more = f" ({len(broken) - 1} more are broken)" if len(broken) > 1 else ""
            raise InputError(f"the data cannot be used: {broken[0]}{more}")
        hollow = [d.name for d in self.data if not holds_objects(d)]
        if hollow:
            raise InputError(f"{hollow[0]} has no object in any of its masks")
        for name, short in self.short:
            if short:
                what = f"shorter than a clip of {self.recipe.samples.length} frames"
                say(self.console, escape(f"{name}: {counted(short)} left out, {what}"))
        if self.dev is not None:
            self.dev.check(self.recipe.stage)
            if known := self.dev.trained_on(self.data):
                what = "trained on and scored on, so the score says how well they are remembered"
                say(self.console, escape(f"warning: {counted(known)} are both {what}"))
            if akin := self.dev.akin_to(self.data):
                what = "the score says that training works here, not that other videos get better"
                text = f"note: {', '.join(akin)}: scored in other frames than trained on, so {what}"
                say(self.console, escape(text))

    def run(
        self,
        *,
        workers: int,
        minutes: float | None,
        interrupted: list[int],
        weights_dir: Path | None = None,
    ) -> bool:
        """Train to the schedule's end, or until time or the user stops it.

        Returns:
            Whether something is left to do, a step or a score, by running it again.
        """
        recipe, team, folder = self.recipe, self.team, self.folder
        stage = build_stage(
            recipe, team.device, self.dtype, weights_dir, resumes=team.any(folder.resumes)
        )
        iterations = iterations_of(recipe.schedule, self.samples.epoch)
        trainer = Trainer(
            stage,
            recipe.schedule,
            iterations,
            folder.root,
            seed=recipe.seed,
            team=team,
            scale_loss=self.dtype == torch.float16,
            precision=_FORMATS[self.dtype].value,
        )
        if len(set(team.gather(folder.state_digest))) > 1:
            raise InputError(
                f"the processes read different states of the run from {folder.root}; put --out "
                "on a disk that all machines share"
            )
        if team.any(folder.other_dev):
            # Before the recorded recipe says that the scores are of these data.
            trainer.forget_scores(again=self.dev is not None)
        if team.leads:
            for change in folder.open(self.data):
                say(self.console, escape(f"warning: the data are others than before: {change}"))
        if folder.resumes:
            say(self.console, f"going on from step {trainer.step}")
        if trainer.changed_from != trainer.precision:
            say(self.console, f"in {trainer.precision}; it was {trainer.changed_from} before")
        if recipe.dev is not None and recipe.dev.before and trainer.step == 0:
            if team.leads:
                self._before = self._evaluate(0, trainer.average.module)
            team.barrier()
        started = time.monotonic()

        def over() -> bool:
            late = minutes is not None and time.monotonic() - started > 60 * minutes
            return bool(interrupted) or late

        with bar(self.console) as shown:
            task = shown.add_task(
                escape(recipe.name), total=iterations, completed=trainer.step, loss=""
            )

            def tick(step: Progress) -> None:
                losses = "  ".join(f"{name} {value:.3f}" for name, value in step.losses.items())
                shown.update(task, completed=step.step, loss=losses)

            trainer.run(
                lambda step: stream(
                    self.samples.draw,
                    seed=recipe.seed,
                    batch=recipe.schedule.batch,
                    start=step,
                    rank=team.rank,
                    world=team.world,
                    workers=workers,
                ),
                Hooks(
                    tick=tick,
                    evaluate=self._evaluate if self.dev is not None else None,
                    every=recipe.dev.every if recipe.dev is not None else iterations,
                    best=self._keep,
                    stop=over,
                ),
            )
        if team.leads:
            folder.write_weights(
                trainer.average.module, folder.last.name, trainer.step, trainer.score, self.data
            )
            self._conclude(trainer)
        return not trainer.done

    def _evaluate(self, step: int, stage: nn.Module) -> float:
        assert self.dev is not None
        network = stage.network
        assert isinstance(network, DMNAOA)
        precision = _FORMATS[self.dtype]
        measure = {"proposals": self.dev.proposals, "clicks": self.dev.clicks}.get(
            self.recipe.stage, self.dev.segmentation
        )
        found = measure(network, self.team.device, precision)
        write_sheet(found.strips, self.folder.root / "pictures" / f"step_{step:06d}.png")
        each = "  ".join(f"{name} {value:.3f}" for name, value in found.by_sequence.items())
        say(self.console, escape(f"step {step}: dev {found.score:.4f}  ({each})"))
        return found.score

    def _keep(self, step: int, stage: nn.Module, score: float) -> None:
        self.folder.write_weights(stage, self.folder.best.name, step, score, self.data)

    def _conclude(self, trainer: Trainer) -> None:
        console = self.console
        say(console, f"step {trainer.step} of {trainer.iterations}")
        if trainer.step >= trainer.iterations and not trainer.done:
            say(console, "not scored yet: run the same command for the score")
        if trainer.skipped:
            self._name(trainer.skipped)
        if self._before is not None and trainer.score is not None:
            say(console, f"scored   {self._before:.4f} before, {trainer.score:.4f} after")
        score = trainer.best_score if self.dev is not None else None
        if score is not None and self.folder.best.is_file():
            say(console, escape(f"best     {self.folder.best}  (dev {score:.4f})"))
        say(console, escape(f"last     {self.folder.last}"))
        say(console, escape(f"log      {self.folder.root / 'log.csv'}"))

    def _name(self, skipped: Counter[str]) -> None:
        """Name what could not be read, with --quiet too; all of it in a file."""
        listed = [f"{text} ({count}x)" for text, count in sorted(skipped.items())]
        file = self.folder.root / "skipped.txt"
        write_whole(file, "\n".join([*listed, ""]).encode())
        console = Console(stderr=True)
        say(console, f"skipped {skipped.total()} draws; what could not be read:")
        for text in listed[:_NAMED]:
            say(console, escape(f"  {text}"))
        if len(listed) > _NAMED:
            say(console, escape(f"  and {len(listed) - _NAMED} more, named in {file}"))
