"""How commands report: a module for each, with a text and a JSON form."""
