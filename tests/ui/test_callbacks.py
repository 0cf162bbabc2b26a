"""Callbacks read what a person typed from the session's state, not from a button's arguments.

Arguments are the values of the last run of the script. A person who types and taps a button at once
would lose what was typed.
"""

import ast
from pathlib import Path

import pytest

from mnistviz.core.assets import PROJECT

FILES = sorted([*(PROJECT / "pages").glob("*.py"), *(PROJECT / "mnistviz" / "ui").rglob("*.py")])
# Widgets that a person types into, and sliders, which report a moment after they were moved. A
# choice, such as that of a recipe, is sent when it is made.
TYPED = {
    "slider",
    "select_slider",
    "text_input",
    "text_area",
    "number_input",
    "multiselect",
    "date_input",
    "time_input",
    "color_picker",
    "data_editor",
    "chat_input",
}
# `button` of `ui.shared.inputs` takes label, icon, action and its arguments.
BUTTONS = {"button", "_button", "form_submit_button"}


def names_in(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def reads_typed_value(node: ast.AST) -> bool:
    """Whether an expression calls one of the widgets."""
    return any(
        isinstance(inner, ast.Call)
        and isinstance(inner.func, ast.Attribute)
        and inner.func.attr in TYPED
        for inner in ast.walk(node)
    )


def nodes_of(scope: ast.AST) -> list[ast.AST]:
    """The nodes of a module or function without those of the functions in it."""
    nodes: list[ast.AST] = []
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        nodes.append(node)
        if not isinstance(node, ast.FunctionDef):
            waiting += ast.iter_child_nodes(node)
    return nodes


def typed_names(scope: ast.AST) -> set[str]:
    """The names in a function or module that hold typed values, or values made from them."""
    names: set[str] = set()
    assignments = [
        node
        for node in nodes_of(scope)
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None
    ]
    while True:
        before = len(names)
        for node in assignments:
            value = node.value
            assert value is not None
            if reads_typed_value(value) or names_in(value) & names:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    # `state[key] = value` makes no name.
                    if not isinstance(target, ast.Subscript | ast.Attribute):
                        names |= names_in(target)
        if len(names) == before:
            return names


def stale_arguments(source: str) -> list[str]:
    """The arguments of callbacks in a module's source that hold typed values."""
    tree = ast.parse(source)
    found = []
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for scope in [tree, *functions]:
        names = typed_names(scope)
        for call in (node for node in nodes_of(scope) if isinstance(node, ast.Call)):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if name not in BUTTONS:
                continue
            arguments = [
                keyword.value
                for keyword in call.keywords
                if keyword.arg in ("args", "kwargs", "on_click")
            ]
            if isinstance(call.func, ast.Name):
                arguments += call.args[2:]
            found += [
                ast.unparse(argument)
                for argument in arguments
                if names_in(argument) & names or reads_typed_value(argument)
            ]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_no_callback_gets_a_typed_value_as_argument(path: Path) -> None:
    assert stale_arguments(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "name = st.text_input('Name')\nst.button('Go', on_click=start, args=(name,))",
        "n = st.number_input('N')\nspec = make(n)\nbutton('Go', 'icon', start, spec)",
        "n = st.number_input('N')\nst.button('Go', on_click=lambda: start(n))",
    ],
)
def test_a_typed_value_in_a_callback_is_found(source: str) -> None:
    assert stale_arguments(source)
