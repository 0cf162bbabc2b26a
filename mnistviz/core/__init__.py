"""What all other parts stand on: errors, specs, recipes, row types, statistics, files."""
