"""What a visitor of a class may do: limits, and what the teacher has switched off."""
