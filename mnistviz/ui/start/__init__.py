"""Parts of the page Start here."""
