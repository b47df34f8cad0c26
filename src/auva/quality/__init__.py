"""How good the generated images are: distance to real ones, and whether they differ at all."""
