"""Class mode in the server: cookies and links, the visitor of a session, the sidebar, the address.

visitor     `space()`: the `Space` of this session, or None for the teacher and alone;
            `is_teacher()`, `token()`
server      `app_options()` for `st.App`, which puts the server in class mode
middleware  what the server does for each request: the cookie, the number of windows, uploads
links       the addresses that make somebody a teacher, or open a space on another device
frame       what app.py shows around each page: the visitor's name, messages, what is hidden
"""
