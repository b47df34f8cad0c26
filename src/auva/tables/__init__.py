"""The tables of the dataset and of the results, with the thesis' numbers beside ours."""
