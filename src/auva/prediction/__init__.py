"""Predictions for unlabelled videos (the thesis' stated purpose, its Appendix B).

>>> from auva.prediction import load_model, predict_faces, predict_video
"""

from auva.prediction.formats import FORMATS, write_predictions
from auva.prediction.model import HeldOutModel, load_model
from auva.prediction.pipeline import Stages, predict_video, stages_of
from auva.prediction.table import predict_faces, prediction_table

__all__ = [
    "FORMATS",
    "HeldOutModel",
    "Stages",
    "load_model",
    "predict_faces",
    "predict_video",
    "prediction_table",
    "stages_of",
    "write_predictions",
]
