"""Rights of a visitor of a class: limits, and what the teacher has switched off."""
