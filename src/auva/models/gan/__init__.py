"""The GANs of the thesis: networks, losses, training and trained discriminators."""

import os

# Waiting OpenMP threads that spin slow every process of a busy machine; read when torch loads.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
