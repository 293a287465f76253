"""`python -m models.training STAGE`: train the parts of the lite model."""

from pathlib import Path
from typing import Annotated

import torch
import typer

from models.modules.base_features import BaseFeatureExtractor
from models.modules.lite_proposals import LiteProposalGenerator
from models.network import DMNAOA
from models.presets import preset
from models.training.data.davis import davis_videos
from models.training.data.folders import folder_pairs
from models.training.data.pairs import Pair
from models.training.engine.stream import stream
from models.training.engine.trainer import Schedule, Trainer
from models.training.samples.clip import Mixture
from models.training.samples.stills import StillClips
from models.training.samples.videos import VideoClips
from models.training.samples.views import Views
from models.training.stages.imagenet import load_lite2
from models.training.stages.proposals import ProposalStage
from models.training.stages.start import install_proposals
from models.training.stages.video import VideoStage
from models.weights_file import save_weights, sha256

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)

STILLS = (
    "FeralCats",
    "WildAnimals7",
    "CCP",
    "ECSSD",
    "VOC2010_coseg",
    "COCO_subset",
    "CaltechAnimals",
    "Animals63",
    "Cat81",
)


def still_pairs(root: Path) -> list[Pair]:
    """Every still image with object masks below `root`."""
    return [pair for name in STILLS for pair in folder_pairs(root / name)]


Data = Annotated[Path, typer.Option(help="Folder with stills/ and davis16/.")]
Out = Annotated[Path, typer.Option(help="Folder for the log and the state; resumes from it.")]
Minutes = Annotated[float, typer.Option(help="Stop, resumable, after so many minutes.")]
Iterations = Annotated[int, typer.Option(help="Optimizer steps in all.")]
Seed = Annotated[int, typer.Option(help="Seed of data and weights.")]


@app.callback()
def _main() -> None:
    pass


@app.command()
def proposals(
    data: Data, out: Out, iterations: Iterations = 700, minutes: Minutes = 1e9, seed: Seed = 0
) -> None:
    """Train the lite proposal head on stills and every fifth training frame of DAVIS 2016."""
    torch.manual_seed(seed)
    config = preset("lite")
    features = BaseFeatureExtractor(config)
    load_lite2(features.backbone)
    stage = ProposalStage(features, LiteProposalGenerator(config, features.raw_channels))
    videos = davis_videos(data / "davis16", "train")
    pairs = still_pairs(data / "stills") + [p for v in videos for p in v.frames[::5]] * 2
    typer.echo(f"{len(pairs)} images")
    batches = stream(Views(pairs), seed=seed, batch=8, workers=1)
    stage.train()
    trainer = Trainer(stage, Schedule(iterations, rate=6e-4, ema=0.995, minutes=minutes), out)
    # Region proposals want their batch whole, so a step's one "sample" is the batch.
    trainer.run(lambda step: ([batch] for batch in batches(step)), stage.losses)


@app.command()
def video(
    data: Data,
    out: Out,
    start: Annotated[Path, typer.Option(help="Folder of a finished proposals stage.")],
    iterations: Iterations = 2000,
    minutes: Minutes = 1e9,
    seed: Seed = 0,
) -> None:
    """Train memory, matching and refinement on stills and the training videos of DAVIS 2016."""
    torch.manual_seed(seed)
    network = DMNAOA(preset("lite"))
    install_proposals(network, start)
    videos = davis_videos(data / "davis16", "train")
    clips = Mixture([(0.5, VideoClips(videos)), (0.5, StillClips(still_pairs(data / "stills")))])
    stage = VideoStage(network).train()
    trainer = Trainer(stage, Schedule(iterations, rate=8e-4, minutes=minutes), out)
    trainer.run(stream(clips, seed=seed, batch=4, workers=1), stage.losses)


@app.command()
def export(
    state: Annotated[Path, typer.Argument(help="Folder of a video stage.")],
    to: Annotated[Path, typer.Argument(help="Weights file to write.")],
    note: Annotated[str, typer.Option(help="What the weights were trained on.")],
) -> None:
    """Write the averaged weights of a video stage as a file for `ovos segment --weights`."""
    stage = VideoStage(DMNAOA(preset("lite")))
    saved = torch.load(state / "state.pt", map_location="cpu", weights_only=True)
    stage.load_state_dict(saved["average"])
    save_weights(stage.network, to, {"step": str(saved["step"]), "training": note})
    typer.echo(f"{to}: step {saved['step']}, sha256 {sha256(to)}")


app()
