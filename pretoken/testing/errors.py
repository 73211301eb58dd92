"""What can go wrong in the test kit."""

from __future__ import annotations


class GivenError(ValueError):
    """Say that what is given can't be: a name that doesn't exist, a value of another type, what Cognito can't issue."""
