"""Parts of pages for use without a mouse, without eyes, on paper and in a slide."""
