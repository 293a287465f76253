"""The clicks stage: one object's mask from a box and clicks, as a simulated person gives them."""

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor, nn

from models.clicks.maps import pooled, prompt_maps
from models.clicks.prompt import Click
from models.clicks.simulated import next_click
from models.functional.resampling import enlarge
from models.modules.click_head import ClickHead, PromptBatch
from models.network import DMNAOA
from models.training.data.pairs import IGNORE
from models.training.samples.one_object import ObjectView
from models.training.stages.losses import dice_loss

_BOX, _EARLIER = 0.35, 0.15
"""Shares of samples that begin with a box, and with the mask of another method; else a click."""
_ROUNDS = 4
"""Answers to a sample at most; the last one counts."""
_SILENT = 0.15
"""Share of rounds after which nothing is clicked: the answer is looked at again, from near by."""
_ANYWHERE = 0.35
"""Share of clicks that are anywhere in the error, and not in its middle."""
_LOOSE = 0.08
"""Standard deviation of a box's sides, of the object's size."""
_HARDEST = 0.5
_STRIDE = 4


class ClickStage(nn.Module):
    """A network of which the click head alone learns."""

    def __init__(self, network: DMNAOA, *, dtype: torch.dtype = torch.bfloat16) -> None:
        super().__init__()
        self.network, self.dtype = network, dtype
        network.requires_grad_(False)
        if network.clicks is None:
            network.add_click_head()
        assert network.clicks is not None
        network.clicks.requires_grad_(True)

    def forward(self, views: list[ObjectView]) -> dict[str, Tensor]:
        """Losses of the last answer to each of a batch of views."""
        network, head = self.network, self.network.clicks
        assert isinstance(head, ClickHead)
        device = network.bfe.mean.device
        # Drawn from torch's own numbers, which the trainer seeds by the sample.
        rng = np.random.default_rng(int(torch.randint(2**31, ())))
        frames = torch.stack([view.image for view in views]).to(device).float() / 255
        people = [_Person(rng, view.truth.numpy()) for view in views]
        rounds = int(rng.integers(1, _ROUNDS + 1))
        mixed = self.dtype != torch.float32
        with torch.autocast(device.type, self.dtype if mixed else None, enabled=mixed):
            with torch.no_grad():
                raw = network.bfe(frames).raw
                for _ in range(rounds - 1):
                    found = torch.sigmoid(head(raw, _joined(people, device)))
                    for person, mask in zip(people, found.cpu().numpy(), strict=True):
                        person.look_at(mask)
            logits = head(raw, _joined(people, device))
        truth = torch.stack([view.truth for view in views]).to(device)
        return _losses(enlarge(logits, (truth.shape[-2], truth.shape[-1])), truth)


def _joined(people: "list[_Person]", device: torch.device) -> PromptBatch:
    return PromptBatch.join([person.says() for person in people]).to(device)


def _losses(logits: Tensor, truth: Tensor) -> dict[str, Tensor]:
    valid = (truth != IGNORE).float()
    wanted = (truth == 1).float()
    each = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none") * valid
    flat = each.flatten(1)
    hardest = flat.topk(max(1, int(_HARDEST * flat.shape[1]))).values.mean()
    dice = [
        dice_loss(p[None], w[None], v)
        for p, w, v in zip(torch.sigmoid(logits), wanted, valid, strict=True)
    ]
    return {"cross_entropy": hardest, "dice": torch.stack(dice).mean()}


class _Person:
    """Somebody who knows the truth of a view, and says a little of it at a time."""

    def __init__(self, rng: Generator, truth: NDArray[np.uint8]) -> None:
        self._rng, self._size = rng, truth.shape
        self._truth = pooled(truth == 1) > 0.5
        self._ignored = pooled(truth == IGNORE) > 0.5
        self._box: tuple[float, float, float, float] | None = None
        self._clicks: list[Click] = []
        self._earlier: NDArray[np.float32] | None = None
        way = rng.random()
        if way < _BOX:
            self._box = self._around(truth == 1)
        elif way < _BOX + _EARLIER and self._truth.any():
            self._earlier = spoilt(rng, self._truth).astype(np.float32)
        if self._box is None:
            before = np.zeros_like(self._truth) if self._earlier is None else self._earlier > 0.5
            self._click(before)

    def says(self) -> PromptBatch:
        """What was said until now."""
        return prompt_maps((self._size[0], self._size[1]), self._box, self._clicks, self._earlier)

    def look_at(self, found: NDArray[np.float32]) -> None:
        """See an answer, and click where it is wrong."""
        self._earlier = found
        if self._rng.random() > _SILENT:
            self._click(found > 0.5)

    def _click(self, mask: NDArray[np.bool_]) -> None:
        wrong = next_click(self._truth & ~self._ignored, mask & ~self._ignored)
        if wrong is None:
            return
        x, y = wrong.x, wrong.y
        if self._rng.random() < _ANYWHERE:
            error = (self._truth & ~mask) if wrong.inside else (mask & ~self._truth)
            rows, columns = np.nonzero(error & ~self._ignored)
            which = int(self._rng.integers(len(rows)))
            x, y = int(columns[which]), int(rows[which])
        # Anywhere in the cell.
        dx, dy = self._rng.integers(_STRIDE, size=2).tolist()
        self._clicks.append(Click(x * _STRIDE + dx, y * _STRIDE + dy, wrong.inside))

    def _around(self, mask: NDArray[np.bool_]) -> tuple[float, float, float, float]:
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        x0, x1, y0, y1 = columns[0], columns[-1] + 1, rows[0], rows[-1] + 1
        loose = self._rng.normal(0, _LOOSE, 4) if self._rng.random() < 0.5 else np.zeros(4)
        off = loose * np.array([x1 - x0, y1 - y0, x1 - x0, y1 - y0])
        return (
            float(min(x0 + off[0], x1 - 1)),
            float(min(y0 + off[1], y1 - 1)),
            float(max(x1 + off[2], x0 + 1)),
            float(max(y1 + off[3], y0 + 1)),
        )


def spoilt(rng: Generator, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A mask as another method might have found it: a part is missing, or there is too much.

    Args:
        mask: (H, W), not empty.
    """
    rows, columns = np.nonzero(mask)
    radius = np.sqrt(len(rows) / np.pi)
    found = mask.astype(np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        which = int(rng.integers(len(rows)))
        spread = rng.normal(0, 0.5 * radius, 2)
        place = (int(columns[which] + spread[0]), int(rows[which] + spread[1]))
        axes = tuple(int(max(1, radius * r)) for r in rng.uniform(0.2, 1.0, 2))
        cv2.ellipse(found, place, axes, rng.uniform(0, 180), 0, 360, int(rng.random() < 0.5), -1)
    if rng.random() < 0.4:
        grown = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
        how = cv2.MORPH_DILATE if rng.random() < 0.5 else cv2.MORPH_ERODE
        times = int(rng.integers(1, 3))
        return cv2.morphologyEx(found, how, grown, iterations=times) > 0
    return found > 0
