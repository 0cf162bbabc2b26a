"""The base of all other parts: errors, specs, recipes, row types, statistics, files."""
