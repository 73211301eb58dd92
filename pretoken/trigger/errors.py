"""What can go wrong in the trigger. No message holds anything of an event."""

from __future__ import annotations


class PlanError(Exception):
    """The function can't start: the plan, a variable or a secret is not usable."""


class SignInRefused(Exception):  # noqa: N818 - Cognito shows the class of a function's error to nobody; the name says what happened
    """The sign-in is refused; Cognito shows the text to the end user.

    Source: Amazon Cognito developer guide, "Customizing user pool workflows with Lambda triggers", error responses.
    """
