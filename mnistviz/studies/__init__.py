"""Channel studies: the same training of several channel plans, and what it tells."""
