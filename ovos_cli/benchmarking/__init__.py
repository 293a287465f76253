"""Running methods over data sets: the model, its ablations, simple baselines."""
