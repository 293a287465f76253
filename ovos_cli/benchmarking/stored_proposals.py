"""Whether stored proposals fit a data set, said before time is spent on it."""

from collections.abc import Callable
from collections.abc import Sequence as Names
from pathlib import Path

from models.config import ModelConfig
from models.errors import InputError, problem_list
from models.sources.files import FileProposals
from models.sources.names import SourceName
from ovos_cli.datasets.sequence import Dataset, Sequence


def check_stored(
    dataset: Dataset,
    source: SourceName,
    config: ModelConfig,
    frames: Callable[[Sequence], Names[str]] = lambda s: s.frames,
) -> None:
    """Check that stored proposals are those of the data set's videos.

    Args:
        dataset: checked by `check_frames`.
        source: files, in a folder for each sequence.
        config: of the model that uses them.
        frames: which of a sequence's are used.

    Raises:
        InputError: a sequence has none, or not of these frames, or of more, or of another size.
    """
    problems = []
    for sequence in dataset.sequences:
        try:
            stored = FileProposals(Path(source.of_sequence(sequence.name).argument), config)
            stored.check(frames(sequence), list(sequence.images), sequence.size)
        except InputError as error:
            problems.append(f"{sequence.name}: {error}")
    if problems:
        what = f"{source.argument} should hold the proposals of each sequence in its own folder"
        raise InputError(problem_list(what, problems))
