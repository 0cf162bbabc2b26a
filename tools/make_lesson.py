"""Write the tasks of docs/lesson.md, and docs/worksheet.html: `python -m tools.make_lesson`."""

from mnistviz.classroom.lesson import markdown, worksheet
from mnistviz.core.assets import PROJECT

LESSON = PROJECT / "docs" / "lesson.md"
WORKSHEET = PROJECT / "docs" / "worksheet.html"

if __name__ == "__main__":
    LESSON.write_text(markdown.with_tasks(LESSON.read_text(encoding="utf-8")), encoding="utf-8")
    WORKSHEET.write_text(worksheet.as_html(), encoding="utf-8")
    print(LESSON, WORKSHEET, sep="\n")
