"""Frozen values that training, inspection, evaluation, studies and charts share. NumPy only."""
