"""Models behind one seam: what a model is, what a run is, and where models are found."""
