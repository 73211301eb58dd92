"""Hand the sample events to the resolver, in the form in which AppSync does; no AWS."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from pretoken.verifier import Refused

HERE = Path(__file__).parent
os.environ["USER_POOL_ID"] = "eu-west-1_Ab12Cd34"
os.environ["CLIENT_IDS"] = "7q3webexample1client0id,4w9workerexample1client"
sys.path.insert(0, str(HERE / "resolver"))  # as in Lambda, where the file stands at the top

import order_resolver  # noqa: E402 - only now it is found

for path in sorted((HERE / "events").glob("*.json")):
    try:
        answer = json.dumps(order_resolver.handler(json.loads(path.read_text(encoding="utf-8")), None))
    except Refused as refused:
        answer = f"{type(refused).__name__}: {refused}"
    print(f"{path.name:24} {answer}")
