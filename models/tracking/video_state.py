"""What the network carries from frame to frame."""

from dataclasses import dataclass, field

from torch import Tensor

from models.config import MemoryPolicy
from models.functional.masks import mask_boxes
from models.modules.references import Earlier, Reference
from models.tracking.memory_bank import MemoryBank, drop_oldest, keeps


@dataclass
class VideoState:
    """The memory and the references of O objects.

    boxes: (O, 4) where each object was last seen, in pixels. first, previous: references of
    the refinement network; earlier: memory frames between the two, oldest first.
    offset: frames since the first frame.
    """

    memory: MemoryBank
    first: Reference
    previous: Reference
    boxes: Tensor
    offset: int = 0
    earlier: list[Earlier] = field(default_factory=list)

    def keep_previous(self, policy: MemoryPolicy, stride: int, limit: int | None) -> None:
        """Keep the previous frame for the refinement, if the memory keeps it.

        Not if an object was not seen in it: lost it may be there, and would be spoken against.

        Args:
            policy, stride: of the memory.
            limit: frames of the memory at most, the first and the previous one included.
        """
        if self.previous.frame is self.first.frame or not keeps(policy, stride, self.offset - 1):
            return
        _, present = mask_boxes(self.previous.masks)
        if present.all():
            self.earlier.append(Earlier.of(self.previous))
            drop_oldest(self.earlier, limit)
