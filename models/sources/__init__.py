"""Where object proposals can come from, by the names that `--proposals` takes."""
