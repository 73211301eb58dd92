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


def make_plain_policies(folder: Path) -> Path:
    """Write the sample's rule files without what is encrypted."""
    (folder / "rules").mkdir()
    (folder / "cases").mkdir()
    (folder / "cases" / "sign-in.yaml").write_text(
        "cases: [{name: a sign-in, given: {client: web}, expect: {denied: false}}]\n"
    )
    for file in [ROOT / "policies" / "pool.yaml", *(ROOT / "policies" / "rules").glob("*.yaml")]:
        content = yaml.safe_load(file.read_text())
        content.pop("recipients", None)
        content.get("variables", {}).pop("BILLING_KEY_ARN", None)
        content["rules"] = {
            name: rule
            for name, rule in content.get("rules", {}).items()
            if "encrypted_for" not in rule.get("access_token", {})
        }
        if not content["rules"]:
            del content["rules"]
        (folder / file.relative_to(ROOT / "policies")).write_text(yaml.safe_dump(content))
    return folder
