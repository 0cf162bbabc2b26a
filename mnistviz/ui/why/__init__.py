"""Parts of the page Why this answer?"""
