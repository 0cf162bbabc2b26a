"""A class on one server: visitors with a space each, a teacher, and what they may do.

The pure part of class mode; `mnistviz/ui/shared/classroom/` has the server and the pages.

    mode        `mode_of(...)`: whether a server starts alone or in class mode
    spaces      `Space(id, home, name, created, shares_digits)`; `list_spaces()` of all visitors,
                `find_space(id)`, `enter(token)`, `rename(space, name)`, `change(space, ...)`
    visitor_names  `friendly_name(token, taken)`, `checked_name(name, taken)`
    teacher     the secret of the room, `proof_of(...)` and `is_proof(...)` for cookies
    moves       `make_code(token)`, `token_of(code)`: one-time codes of ten minutes
    presence    `present()`: ids of the spaces that have a window open, with their number
    sharing     `share(run, whose)`, `unshare(run)`, `shared_runs()`: runs that all may read
    class_digits  `class_digits()`, `collect()`: digits of visitors who have agreed to it
    lesson/     the tasks of a lesson of 90 minutes, and a worksheet
    reset       `back_up(target)`, `empty_room()`

`core/storage.py` says where things are: `home()` is that of the visitor for whom the caller works,
`room()` that of the server (and the teacher's home), `homes()` all of them, and within
`acting_in(space.home)` a teacher acts in another's space. `core/room/rules.py` has what a teacher
switches off and the message to all: `rules()`, `write(...)`, `need(action)`, `is_visitor()`.
`core/room/limits.py` has the limits: `need_room(...)`.
"""
