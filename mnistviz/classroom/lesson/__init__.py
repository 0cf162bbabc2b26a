"""A lesson of 90 minutes: its tasks, with links into the app, and a worksheet for a pencil.

The board of the teacher and `docs/lesson.md` have the same tasks: `python -m tools.make_lesson`.
"""
