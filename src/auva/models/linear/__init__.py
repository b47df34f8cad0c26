"""Linear models of a face's gradients or landmarks: the floor that every network must beat."""
