"""Parts of the page Feature maps."""
