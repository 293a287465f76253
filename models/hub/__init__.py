"""Models by name: presets, weights files, published weights and where they are fetched from."""
