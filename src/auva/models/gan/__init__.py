"""The GANs of the thesis: networks, losses, training and trained discriminators."""

import os

# Waiting OpenMP threads that spin slow down a busy machine. torch reads this when it is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
