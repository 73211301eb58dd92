"""What the function is built from, and what is asked of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
VARIABLES = {"WEB_CLIENT_ID": "web-client", "WORKER_CLIENT_ID": "worker-client", "MEMBERSHIPS_TABLE": "memberships"}
SIGN_IN: dict[str, Any] = json.loads((ROOT / "events" / "v2-sign-in.json").read_text())


def encrypted_claim(answer: dict[str, Any]) -> str:
    """Give the claim that only the billing API can open; empty if there is none."""
    details = (answer.get("response") or {}).get("claimsAndScopeOverrideDetails") or {}
    claims = details.get("accessTokenGeneration", {}).get("claimsToAddOrOverride", {})
    return str(claims.get("encrypted_for_billing_api", ""))


def make_policies(folder: Path, *, encrypts: bool = False, looks_up: bool = False) -> Path:
    """Write the sample's rule files, without what is encrypted or looked up."""
    unwanted = {} if encrypts else {"recipients": "BILLING_KEY_ARN", "encrypted_for": ""}
    unwanted |= {} if looks_up else {"lookups": "MEMBERSHIPS_TABLE", "lookup.": "", "derived": ""}
    (folder / "rules").mkdir(parents=True)
    (folder / "cases").mkdir()
    (folder / "cases" / "sign-in.yaml").write_text(
        "cases: [{name: a sign-in, given: {client: web}, expect: {denied: false}}]\n"
    )
    for file in [ROOT / "policies" / "pool.yaml", *(ROOT / "policies" / "rules").glob("*.yaml")]:
        content = yaml.safe_load(file.read_text())
        for name, variable in unwanted.items():
            content.pop(name, None)
            content.get("variables", {}).pop(variable, None)
        for rule in content.get("rules", {}).values():
            token = rule.get("access_token", {})
            for part in ("claims", "encrypted_for"):
                kept = {
                    name: value
                    for name, value in token.get(part, {}).items()
                    if not any(word in json.dumps({part: value}) for word in unwanted)
                }
                token.pop(part, None)
                token |= {part: kept} if kept else {}
        rules = {name: rule for name, rule in content.get("rules", {}).items() if rule.get("access_token") != {}}
        content |= {"rules": rules}
        if not rules:
            del content["rules"]
        (folder / file.relative_to(ROOT / "policies")).write_text(yaml.safe_dump(content))
    return folder
