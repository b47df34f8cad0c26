"""Linear models of a face's gradients: the floor that every network must beat."""
