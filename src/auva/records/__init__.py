"""The files between stages: one module per kind knows its columns, writes it, reads and checks it.

The packed dataset has its own package, `auva.dataset`.
"""
