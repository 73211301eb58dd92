"""What a template says of the user pool, its app clients, and the function."""

from pretoken.pools.facts import Facts, facts_of
from pretoken.pools.template import Template, find_template, read_template

__all__ = ["Facts", "Template", "facts_of", "find_template", "read_template"]
