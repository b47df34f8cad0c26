"""Search for people who are in two sets of a packed dataset, by name and by their faces."""
