"""`pretoken verify`."""

import json
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

import pretoken.sealing.opener
from pretoken.sealing import Sealer, local_kms_client
from tests.cli.conftest import Run

KEY = RSAKey.generate_key(2048, {"kid": "pool-key", "alg": "RS256", "use": "sig"})
ARN = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SUB = "5f0c1e2a-7b64-4d39-9c1e-0a1b2c3d4e5f"
NOW = 1_767_225_600  # 2026-01-01T00:00:00Z
CLAIMS = {
    "sub": SUB,
    "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34",
    "client_id": "7q3web",
    "token_use": "access",
    "scope": "openid invoices/read",
    "cognito:groups": ["admins"],
    "username": "anna",
    "iat": NOW,
    "exp": NOW + 3600,
    "auth_time": NOW,
    "jti": "00000000-0000-4000-8000-000000000004",
    "tenant_id": "acme",
}
AT = ("--jwks", "jwks.json", "--now", "2026-01-01T00:30:00Z")


def minted(**claims: Any) -> str:
    present = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt.encode({"alg": "RS256", "kid": KEY.kid}, present, KEY, default_type=None)


def sealed(sub: str = SUB) -> str:
    return Sealer({"billing-api": ARN}, client_for=local_kms_client).seal(
        "billing-api", {"email": "a@example.com"}, sub
    )


@pytest.fixture(autouse=True)
def jwks(run: Run) -> None:  # noqa: ARG001 - in the folder that it makes
    Path("jwks.json").write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}))


@pytest.fixture
def kms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the key service be the local one, as an endpoint in the environment would."""
    monkeypatch.setattr(pretoken.sealing.opener, "kms_clients", lambda: local_kms_client)


def test_a_good_token_is_shown(run: Run) -> None:
    result = run("verify", minted(), *AT, "--client-id", "7q3web", "--scope", "invoices/read", "--group", "admins")

    assert result.exit_code == 0
    assert result.stdout == (
        "accepted: the access token of a user\n"
        "\n"
        "    user pool  eu-west-1_Ab12Cd34\n"
        "    client     7q3web\n"
        f"    sub        {SUB}\n"
        "    username   anna\n"
        "    scopes     invoices/read openid\n"
        "    groups     admins\n"
        "    issued     2026-01-01T00:00:00Z\n"
        "    expires    2026-01-01T01:00:00Z\n"
        "    signed in  2026-01-01T00:00:00Z\n"
        "\n"
        "    claims\n"
        '        tenant_id  "acme"\n'
        "\n"
        "not checked, as not given: --user-pool-id\n"
    )


def test_a_machine_s_token_is_shown(run: Run) -> None:
    machine = minted(
        sub="4w9worker", client_id="4w9worker", username=None, auth_time=None, scope=None, tenant_id=None,
        aud="https://api.example.com", exp=253_402_300_799, **{"cognito:groups": None},
    )  # fmt: skip
    result = run("verify", machine, *AT, "--client-id", "4w9worker", "--audience", "https://api.example.com")

    assert result.exit_code == 0
    assert "accepted: the access token of a machine" in result.stdout
    assert "    scopes     none\n    groups     none\n" in result.stdout
    assert "9999-12-31T23:59:59Z" in result.stdout  # no calendar reaches further, and no token
    assert "not checked, as not given: --user-pool-id\n" in result.stdout


def test_the_token_can_come_from_standard_input(run: Run) -> None:
    assert run("verify", "-", *AT, stdin=minted() + "\n").exit_code == 0


def test_json_holds_all_that_the_api_learns(run: Run) -> None:
    shown = json.loads(run("verify", minted(), *AT, "--format", "json").stdout)

    assert shown["accepted"] is True
    assert shown["claims"] == CLAIMS
    assert shown["scopes"] == ["invoices/read", "openid"]
    assert shown["not_checked"] == ["--user-pool-id", "--client-id"]
    assert "encrypted" not in shown


@pytest.mark.parametrize("output", ["text", "json"])
def test_an_id_token_is_refused(run: Run, output: str) -> None:
    result = run("verify", minted(token_use="id"), *AT, "--format", output)

    assert result.exit_code == 1
    if output == "json":
        refusal = json.loads(result.stdout)["refusal"]
        assert (refusal["code"], refusal["status"]) == ("id-token", 401)
    else:
        assert result.stdout.startswith("refused[id-token]: this is an ID token, which is for the client application")
        assert "an API answers 401, with `WWW-Authenticate: Bearer error=" in result.stdout


def test_what_is_not_a_token_is_refused(run: Run) -> None:
    assert run("verify", "hello", *AT).stdout.startswith("refused[malformed-token]")


def test_a_token_for_another_api_is_refused_as_by_an_api(run: Run) -> None:
    result = run("verify", minted(aud="https://other.example.com"), *AT, "--user-pool-id", "eu-west-1_Ab12Cd34")
    assert result.stdout.startswith("refused[other-audience]")


def test_a_token_of_another_pool_is_refused(run: Run) -> None:
    result = run("verify", minted(), *AT, "--user-pool-id", "eu-west-1_Other")
    assert result.stdout.startswith("refused[other-issuer]")


@pytest.mark.usefixtures("kms")
def test_what_is_encrypted_for_the_recipient_is_opened(run: Run) -> None:
    token = minted(encrypted_for_billing_api=sealed())
    opens = ("--recipient", "billing-api", "--key", ARN)
    result = run("verify", token, *AT, *opens)

    assert '    encrypted for billing-api\n        email  "a@example.com"\n' in result.stdout
    assert f"encrypted_for_billing_api  encrypted, {len(sealed())} characters\n" in result.stdout
    shown = json.loads(run("verify", token, *AT, *opens, "--format", "json").stdout)
    assert shown["encrypted"] == {"recipient": "billing-api", "members": {"email": "a@example.com"}}


@pytest.mark.usefixtures("kms")
def test_what_can_not_be_opened_is_told_and_the_rest_shown(run: Run) -> None:
    token = minted(encrypted_for_billing_api=sealed("somebody-else"))
    opens = ("--recipient", "billing-api", "--key", ARN)
    result = run("verify", token, *AT, *opens)

    assert result.exit_code == 0
    assert "belongs to another user's token" in result.stdout
    shown = json.loads(run("verify", token, *AT, *opens, "--format", "json").stdout)
    assert shown["encrypted"] == {"recipient": "billing-api", "problem": "wrong-subject"}


def test_why_the_key_service_opens_nothing_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    token = minted(encrypted_for_billing_api=sealed())
    faulty = lambda: lambda region: local_kms_client(region, faults={"Decrypt": "no-credentials"})  # noqa: E731
    monkeypatch.setattr(pretoken.sealing.opener, "kms_clients", faulty)
    opens = ("--recipient", "billing-api", "--key", ARN)

    assert "there are no valid AWS credentials" in run("verify", token, *AT, *opens).stdout
    shown = json.loads(run("verify", token, *AT, *opens, "--format", "json").stdout)
    assert shown["encrypted"] == {"recipient": "billing-api", "problem": "kms-refused", "cause": "no-credentials"}


def test_without_a_recipient_a_message_stays_closed(run: Run) -> None:
    result = run("verify", minted(encrypted_for_billing_api=sealed()), *AT)
    assert "characters; open it with --recipient and --key" in result.stdout


def test_a_schema_is_held_against_the_token(run: Run) -> None:
    Path("schema.json").write_text(json.dumps({"properties": {"tenant_id": {"enum": ["globex"]}}}))
    told = run("verify", minted(), *AT, "--schema", "schema.json").stdout
    assert told.startswith("refused[breaks-schema]")
    assert "\n    the claim is tenant_id\n" in told
    shown = json.loads(run("verify", minted(), *AT, "--schema", "schema.json", "--format", "json").stdout)
    assert shown["refusal"]["claim"] == "tenant_id"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((minted(),), "the user pool isn't given; name it: `--user-pool-id ID`\n"),
        ((minted(), *AT, "--recipient", "billing-api"), "--recipient and --key go together"),
        ((minted(), *AT, "--recipient", "billing-api", "--key", "alias/billing"), "is not the ARN of a KMS key"),
        ((minted(), *AT, "--user-pool-id", "elsewhere"), "`elsewhere` is no user pool id"),
        ((minted(iss=7), *AT), "the token names no user pool; name it: `--user-pool-id ID`\n"),
        ((minted(), "--jwks", "pool.json"), "pool.json: there is no such file"),
        ((minted(), "--jwks", "empty.json"), "empty.json: this is no JSON object"),
        ((minted(), "--jwks", "list.json"), "list.json: this is no JSON object"),
        ((minted(), "--jwks", "keyless.json"), "the JSON Web Key Set has no RSA key for RS256"),
        ((minted(), *AT, "--schema", "broken.json"), "`schema` is no JSON Schema"),
        ((minted(), *AT[:3], "yesterday"), "--now: "),
    ],
)
def test_a_mistake_is_told(run: Run, arguments: tuple[str, ...], told: str) -> None:
    Path("empty.json").write_text("")
    Path("list.json").write_text("[]")
    Path("keyless.json").write_text('{"keys": []}')
    Path("broken.json").write_text('{"type": 7}')
    result = run("verify", *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


def test_a_pool_whose_keys_can_not_be_had_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # nobody listens there
    result = run("verify", minted(), "--user-pool-id", "eu-west-1_Ab12Cd34")

    assert result.exit_code == 2
    assert result.stderr.startswith("the user pool's keys can't be fetched")


def test_what_could_play_tricks_on_a_terminal_is_escaped(run: Run) -> None:
    result = run("verify", minted(username="\x1b[2Janna", **{"\x9btitle": "x"}), *AT)
    assert "username   \\x1b[2Janna" in result.stdout
    assert "\x9b" not in result.stdout


def test_nothing_of_a_token_stands_in_a_refusal(run: Run) -> None:
    secret = urlsafe_b64encode(b'{"email": "anna@example.com"}').decode()
    for token in (minted(email="anna@example.com", token_use="id"), f"{secret}.{secret}.{secret}"):
        result = run("verify", token, *AT)
        assert result.exit_code == 1
        assert "anna" not in result.output
        assert token not in result.output
