"""The synthetic corpus: parametric faces in short videos with exact annotations.

`catalogue` imports no numerical library, because the workflow imports it whenever it is parsed.
"""
