"""What pretoken costs, each figure as a ratio against a named alternative measured in the same run."""
