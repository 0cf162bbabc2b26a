"""Charts of trainings: curves, epochs, runs side by side."""
