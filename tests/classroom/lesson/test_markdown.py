"""docs/lesson.md and docs/worksheet.html have the tasks and the numbers of the program."""

import re

from mnistviz.classroom.lesson import markdown, worksheet
from mnistviz.classroom.lesson.tasks import PARTS, TASKS
from mnistviz.core.assets import PROJECT

LESSON = (PROJECT / "docs" / "lesson.md").read_text(encoding="utf-8")


def test_the_lesson_has_the_tasks() -> None:
    assert markdown.with_tasks(LESSON) == LESSON, "run: python -m tools.make_lesson"
    assert len(TASKS) == LESSON.count("- Open: <")


def test_the_parts_of_the_lesson_take_ninety_minutes() -> None:
    rows = re.findall(r"^\| (\d+) \| ([A-Z][\w ]*) \|", LESSON, re.MULTILINE)
    minutes = {name: int(number) for number, name in rows}
    for part in PARTS:
        assert minutes[part] == sum(task.minutes for task in TASKS if task.part == part)
    assert sum(minutes.values()) == 90


def test_the_worksheet_is_that_of_the_program() -> None:
    stored = (PROJECT / "docs" / "worksheet.html").read_text(encoding="utf-8")
    assert stored == worksheet.as_html(), "run: python -m tools.make_lesson"
