"""The money: pot, formula, protection, split, fairness and outlook."""
