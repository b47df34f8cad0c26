"""The metrics of the thesis, as pure functions of arrays with masks (thesis 2.4.2, 3.2.3, 3.2.4).

Every function reduces the first axis (frames) and keeps the others, takes a mask that is True where
a label exists, and works in float64. A metric that its data cannot define is NaN, never 0: the
docstrings name each such case. Tables print it as an empty cell with a note.
"""
