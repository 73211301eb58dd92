"""What would happen: previews, cases and their coverage.

Import from the modules, so that each pays for what it uses.
"""
