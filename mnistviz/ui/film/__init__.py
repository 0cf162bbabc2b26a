"""Parts of the page Film."""
