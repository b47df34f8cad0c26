"""Predictions for unlabelled videos (the thesis' stated purpose, its Appendix B).

>>> from auva.prediction.model import load_model
>>> from auva.prediction.pipeline import predict_video
"""
