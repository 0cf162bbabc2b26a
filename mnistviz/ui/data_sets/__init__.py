"""Parts of the Data sets page: import, and what was kept."""
