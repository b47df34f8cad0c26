"""Figures of the dataset and of the results, as png and svg."""
