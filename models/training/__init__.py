"""Training: data, augmentation, losses and the three stages."""
