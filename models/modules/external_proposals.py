"""The place of a proposal generator that is no part of the network or its weights."""

from torch import Tensor, nn

from models.errors import InputError
from models.modules.base_features import FrameFeatures
from models.proposals import ObjectProposalGenerator, Origin, Proposals


class ExternalProposals(nn.Module):
    """Stands in for the network's own generator and asks another one, if there is one."""

    def __init__(self, generator: ObjectProposalGenerator | None = None) -> None:
        super().__init__()
        # In a tuple, a module's weights are not taken for the network's.
        self._held = (generator,)

    def __deepcopy__(self, memo: object) -> "ExternalProposals":
        """Copies of a network ask the same generator: it learns nothing, and may be large."""
        return ExternalProposals(self.generator)

    @property
    def generator(self) -> ObjectProposalGenerator | None:
        """The generator that is asked."""
        return self._held[0]

    def propose(
        self, frames: Tensor, features: FrameFeatures, origin: Origin | None = None
    ) -> list[Proposals]:
        """Propose objects; see `ObjectProposalGenerator`.

        Raises:
            InputError: there is no generator.
        """
        if self.generator is None:
            raise InputError(
                "this model has no proposals of its own: say with --proposals where they come from"
            )
        return self.generator.propose(frames, features, origin)
