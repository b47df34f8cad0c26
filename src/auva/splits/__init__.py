"""Identity-aware splits: train, validation, test and folds, with no person in two of them."""
