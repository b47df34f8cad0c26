"""The synthetic corpus: parametric faces in short videos with exact annotations.

`catalogue` is light: the workflow reads it each time it is parsed.
"""
