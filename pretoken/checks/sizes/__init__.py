"""Worst-case sizes of tokens, from what the policy declares."""
