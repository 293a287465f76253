"""Training: data, augmentation, losses and the two stages of the lite model."""
