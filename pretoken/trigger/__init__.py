"""What runs inside Lambda: a plan and an event become a decision, and the decision Cognito's response."""

from pretoken.trigger.handler import create_handler

__all__ = ["create_handler"]
