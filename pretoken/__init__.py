"""pretoken: the toolkit for Amazon Cognito's pre token generation trigger.

Importing this package imports nothing else, because it also runs inside Lambda.
"""
