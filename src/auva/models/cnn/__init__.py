"""Supervised convolutional networks: faces to Action Units, valence and arousal."""
