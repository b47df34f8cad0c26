"""The figures of the dataset, of training and of results: deterministic PNG and SVG."""
