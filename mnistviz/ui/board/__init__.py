"""The board: the teacher's page about the whole class. It is not in the menu of others."""
