"""What pictures mean: values of masks, deep pixels, the right way up."""
