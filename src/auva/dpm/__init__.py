"""The deformable part model of Mathias et al. 2014, exact and fast.

`detector.Detector` finds faces in pictures, `stream.detect_frames` in the frames of a video,
`fetch.fetch_model` gets the model file.
"""
