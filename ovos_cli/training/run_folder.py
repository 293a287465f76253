"""A run's folder: its recipe, state, weights, log and pictures."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from torch import nn

from models.errors import InputError
from models.hub.weights_file import UNTRAINED, save_weights, sha256
from models.network import DMNAOA
from models.training.data.catalog import DataSet
from models.training.recipe import Recipe
from models.training.stages.start import BEST, LAST, inherited, left_random
from models.utils.text_file import read_json
from models.utils.whole_file import write_whole

_OF_START = "the start: "
_COUNTS = "images"
_SCHEDULE = ("schedule.iterations", "schedule.epochs", "schedule.save_every")
_FREE_TO_CHANGE = (*_SCHEDULE, "dev", "name", "about")


class RunFolder:
    """Opens a folder for a recipe, or finds there what an earlier run of it left."""

    def __init__(self, root: Path, recipe: Recipe) -> None:
        """Compare with what is there.

        Raises:
            InputError: the folder holds a run of another recipe, or one without its state, or
                files of something else.
        """
        if root.exists() and not root.is_dir():
            raise InputError(f"{root} is a file; --out names the folder of a run")
        self.root, self.recipe = root, recipe
        self.record, self.heritage = root / "recipe.json", root / "start.json"
        self.other_dev = False
        """Whether the development data are others than before, so that scores do not compare."""
        self.resumes = (root / "state.pt").is_file()
        known = self.resumes or self.record.is_file()
        if root.is_dir() and any(root.iterdir()) and not known:
            raise InputError(f"{root} holds files but no training run; give another --out")
        left = [path.name for path in (self.best, self.last) if path.is_file()]
        if left and not self.resumes:
            raise InputError(
                f"{root} holds {' and '.join(left)} of a run, but no state.pt to go on from; give "
                "another --out (and, to begin with these weights, --set start.weights to them)"
            )
        if self.record.is_file() and self.resumes:
            self._compare(self._recorded())

    @property
    def state_digest(self) -> str | None:
        """SHA-256 of the saved state; None where there is none."""
        return sha256(self.root / "state.pt") if self.resumes else None

    def open(self, data: list[DataSet]) -> list[str]:
        """Create the folder and write the resolved recipe into it.

        Returns:
            What the data have other than when the run began, for people.

        Raises:
            OvosError: it cannot be written. InputError: what is there is damaged.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        if not self.resumes:  # what was ended before its first state has left nothing else
            (self.root / "log.csv").unlink(missing_ok=True)
        content = self.recipe.model_dump_json(indent=2) + "\n"
        write_whole(self.record, content.encode(), durable=True)
        counts = {one.name: len(one.images) + sum(v.length for v in one.videos) for one in data}
        if not (self.resumes and self.heritage.is_file()):
            # Once, at the start: the files may be gone when the run goes on.
            found = inherited(self.recipe) | {UNTRAINED: left_random(self.recipe)}
            content = json.dumps(found | {_COUNTS: counts}, indent=2)
            write_whole(self.heritage, content.encode(), durable=True)
        before = self._begun().get(_COUNTS, counts)
        return [
            f"{name} had {before.get(name, 0)} images, has {count}"
            for name, count in counts.items()
            if before.get(name) != count
        ]

    def _recorded(self) -> object:
        try:
            return read_json(self.record)
        except InputError as error:
            raise InputError(
                f"{self.record} is damaged ({error}), so whether the run there is of this recipe "
                "cannot be told; remove the file if it is, or give another --out"
            ) from error

    def _begun(self) -> dict[str, Any]:
        try:
            found = read_json(self.heritage)
            known = {"data": list(found["data"]), "licence": list(found["licence"])}
        except (InputError, KeyError, TypeError) as error:
            raise InputError(
                f"{self.heritage} is damaged ({error!r}); remove it, and what the run began with "
                "is noted anew"
            ) from error
        return found | known

    def _compare(self, earlier: object) -> None:
        with suppress(ValidationError):  # another version's record lacks keys that have defaults
            earlier = Recipe.model_validate(earlier).model_dump(mode="json")
        old, new = _flat(earlier), _flat(self.recipe.model_dump(mode="json"))
        changed = sorted(
            key
            for key in old.keys() | new.keys()
            if old.get(key) != new.get(key) and not key.startswith(_FREE_TO_CHANGE)
        )
        kept = ("dev.every",)
        self.other_dev = any(
            old.get(key) != new.get(key)
            for key in old.keys() | new.keys()
            if key.startswith("dev") and key not in kept
        )
        if changed:
            what = ", ".join(
                f"{key} was {old.get(key)!r}, is {new.get(key)!r}" for key in changed[:3]
            )
            raise InputError(
                f"{self.root} holds a run of another recipe ({what}); give another --out, "
                "or the same recipe to go on with it"
            )

    def write_weights(
        self, stage: nn.Module, name: str, step: int, score: float | None, data: list[DataSet]
    ) -> None:
        """Write a stage's network as weights that `ovos segment --weights` takes.

        Args:
            score: of these very weights on the development videos; None if there is none.

        Raises:
            OvosError: the file cannot be written; what was there before still is.
        """
        network = stage.network
        assert isinstance(network, DMNAOA)
        before = self._begun()
        own = [f"{d.name} ({d.part.licence})" for d in data]
        listed = [text for each in before["licence"] for text in each.split("; ")]
        licences = dict.fromkeys([*(d.part.licence for d in data), *listed])
        begun = dict.fromkeys(
            text.removeprefix(_OF_START) for each in before["data"] for text in each.split("; ")
        )
        notes = {
            "recipe": self.recipe.model_dump_json(),
            "data": "; ".join([*own, *(f"{_OF_START}{text}" for text in begun)]),
            "licence": "; ".join(licences),
            "seed": str(self.recipe.seed),
            "step": str(step),
        }
        if before.get(UNTRAINED):
            notes[UNTRAINED] = before[UNTRAINED]
        if score is not None:
            notes["dev_score"] = f"{score:.4f}"
        with torch.no_grad():
            save_weights(network, self.root / name, notes)

    @property
    def best(self) -> Path:
        """The weights with the best score."""
        return self.root / BEST

    @property
    def last(self) -> Path:
        """The weights at the end."""
        return self.root / LAST


def _flat(values: object, prefix: str = "") -> dict[str, object]:
    if isinstance(values, dict):
        items = [(str(key), value) for key, value in values.items()]
    elif isinstance(values, list):
        items = [(str(index), value) for index, value in enumerate(values)]
    else:
        return {prefix: values}
    flat: dict[str, object] = {}
    for key, value in items:
        flat |= _flat(value, f"{prefix}.{key}" if prefix else key)
    return flat
