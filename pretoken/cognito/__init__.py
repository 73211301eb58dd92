"""What Cognito sends to the pre token generation trigger, accepts from it, refuses, and does by itself.

Standard library only, because it runs inside Lambda; import from the modules, so that each pays for what it uses.
"""
