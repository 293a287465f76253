"""Reading the first mask and writing indexed-palette masks."""
