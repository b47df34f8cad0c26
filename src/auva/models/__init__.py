"""The interface of models: what a model is, what a run is, and the registry of models."""
