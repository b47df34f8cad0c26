"""The tables of the dataset and of the results, the thesis' numbers and ours beside each other."""
