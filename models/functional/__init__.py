"""The model's mathematics as pure functions: no parameters, no state, no network."""
