"""Parts of the page Microscope."""
