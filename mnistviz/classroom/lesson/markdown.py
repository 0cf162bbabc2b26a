"""The tasks of the lesson as Markdown, for `docs/lesson.md`."""

from mnistviz.classroom.lesson.tasks import PARTS, TASKS, Task

ADDRESS = "http://localhost:8501"
BEGIN, END = "<!-- tasks -->\n", "<!-- end of tasks -->\n"


def tasks_as_markdown() -> str:
    """Return all tasks, part by part, each with its link and its answers."""
    lines = []
    number = 0
    for part in PARTS:
        tasks = [task for task in TASKS if task.part == part]
        lines.append(f"### {part} ({sum(task.minutes for task in tasks)} minutes)\n")
        for task in tasks:
            number += 1
            lines.append(_task(number, task))
    return "\n".join(lines)


def _task(number: int, task: Task) -> str:
    answers = " / ".join(task.answers)
    return (
        f"**{number}. {task.question}** ({task.minutes} min)\n\n"
        f"- Guess: {answers}\n"
        f"- Open: <{ADDRESS}/{task.path}>\n"
        f"- Look: {task.do}\n"
        f"- Answer: **{task.answers[task.right]}.** {task.solution}\n"
    )


def with_tasks(text: str) -> str:
    """Return the text of `docs/lesson.md` with the tasks in their place."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{tasks_as_markdown()}{END}{after}"
