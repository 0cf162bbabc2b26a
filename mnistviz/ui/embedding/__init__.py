"""Parts of the page Map of digits."""
