"""Who trains and who waits."""
