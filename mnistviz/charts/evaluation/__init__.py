"""Charts of an evaluation: confusion, reliability, robustness."""
