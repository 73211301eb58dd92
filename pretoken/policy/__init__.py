"""The rule language as models: rule files in, a policy out."""
