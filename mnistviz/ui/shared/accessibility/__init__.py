"""What a page offers without a mouse, without eyes, on paper and in a slide."""
