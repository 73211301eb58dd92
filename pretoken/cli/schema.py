"""`pretoken schema`: JSON Schema for editors."""
