"""Linear models of a face's gradients or landmarks: the baseline that every network must exceed."""
