"""The pre token generation trigger: what SAM deploys."""

import os

from pretoken.trigger import create_handler

handler = create_handler(os.path.join(os.path.dirname(__file__), "policy.json"))
