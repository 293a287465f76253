"""How good masks are: the measures of the DAVIS benchmark."""
