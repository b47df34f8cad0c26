"""Landmarks of faces, by the networks of MediaPipe's Face Landmarker."""
