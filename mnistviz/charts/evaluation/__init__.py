"""Charts of an evaluation: confusion matrix, reliability diagram, robustness curves."""
