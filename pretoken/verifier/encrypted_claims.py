"""What is encrypted for one recipient in one token, opened when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from threading import Lock

from pretoken.sealing.claim import message_claim
from pretoken.sealing.context import encryption_context
from pretoken.sealing.errors import InvalidContentError, OpeningError, WrongKeyError
from pretoken.sealing.key_arn import region_of
from pretoken.verifier.frozen import frozen_claims

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from pretoken.sealing import Opener
    from pretoken.sealing.kms import KMSClient


class NoRecipientError(OpeningError):
    """Say that the verifier was made with `recipient=None`."""

    code = "no-recipient"
    text = "this API is no recipient; give the verifier a `Recipient` to open what is encrypted for it"


class NoMessageError(OpeningError, KeyError):
    """Say that the token holds nothing for this recipient; as a KeyError, so that `get` returns its default."""

    code = "no-message"
    text = "the token holds nothing that is encrypted for this API; take that for a missing permission to know"


class Recipient:
    """An API for which personal data is encrypted.

    Make one and keep it: it caches data keys for at most 300 s. Neither boto3 nor the AWS Encryption SDK is imported
    before the first message is opened.

    Args:
        name: the recipient's name in the rule files, such as `billing-api`.
        key: the ARN of its KMS key; several during a change of keys, the newest first.
        client: a boto3 KMS client for the region of `key`; default: one with the usual credentials, 1 s of patience
            and two attempts.
        claim: the claim that holds the message, if pool.yaml gives it another name than `encrypted_for_<name>`.

    Raises:
        ValueError: the name or a key can't be used.
    """

    def __init__(
        self, name: str, *, key: str | Sequence[str], client: KMSClient | None = None, claim: str | None = None
    ) -> None:
        encryption_context(name)  # raises here, not at the first message
        self.name = name
        self.claim = claim or message_claim(name)
        self._keys = (key,) if isinstance(key, str) else tuple(key)
        if not self._keys:
            raise ValueError(f"recipient `{name}` has no KMS key; give the ARN that the rule files name for it")
        for arn in self._keys:
            region_of(arn)
        self._client = client
        self._openers: tuple[Opener, ...] = ()
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"Recipient({self.name!r})"

    def open(self, message: str, *, sub: str) -> dict[str, Any]:
        """Return the members of a message for this recipient in the token of `sub`.

        Raises:
            OpeningError: one of its subclasses, by reason.
        """
        first, *others = self._ready()
        for opener in others:
            try:
                return first.open(message, sub=sub)
            except WrongKeyError:  # found out without a call of KMS
                first = opener
        return first.open(message, sub=sub)

    def _ready(self) -> tuple[Opener, ...]:
        # Outside of the lock: the import takes long, and a process forked meanwhile would wait for ever.
        from pretoken.sealing.opener import Opener, opener_failure

        with self._lock:
            try:
                if not self._openers:
                    self._openers = tuple(Opener(self.name, key, client=self._client) for key in self._keys)
            except Exception as error:
                failure = opener_failure(error)
                if failure is None:
                    raise
            else:
                return self._openers
        raise failure


class EncryptedClaims(Mapping[str, "Any"]):
    """The members of a token's message, by name.

    The first use opens the message, which may ask KMS; `await open_async()` before keeps that off an event loop. What
    can't be opened raises an OpeningError, each time the same, and leaves the rest of the principal as it is. Without a
    message there are no members. A member that isn't there is a refusal, as a claim is.
    """

    __slots__ = ("_members", "_message", "_problem", "_recipient", "_sub")

    def __init__(self, recipient: Recipient | None, claims: Mapping[str, Any]) -> None:
        self._recipient = recipient
        self._message = claims.get(recipient.claim) if recipient is not None else None
        self._sub: str = claims["sub"]
        self._members: Mapping[str, Any] | None = None
        self._problem: OpeningError | None = None

    def __getitem__(self, name: str) -> Any:
        return self._opened()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._present())

    def __len__(self) -> int:
        return len(self._present())

    def __contains__(self, name: object) -> bool:
        return name in self._present()

    def __repr__(self) -> str:
        state = "not opened" if self._members is None and self._problem is None else "opened"
        return f"<EncryptedClaims: {self._problem.code if self._problem else state}>"

    @property
    def problem(self) -> OpeningError | None:
        """Why there are no members, or None; opens the message."""
        with suppress(OpeningError):
            self._opened()
        return self._problem

    async def open_async(self) -> None:
        """Open the message in a thread, so that later uses don't wait; what goes wrong is told by `problem`."""
        from asyncio import to_thread

        if self._members is None and self._problem is None:
            await to_thread(lambda: self.problem)

    def _present(self) -> Mapping[str, Any]:
        try:
            return self._opened()
        except NoMessageError:
            return {}

    def _opened(self) -> Mapping[str, Any]:
        if self._members is None and self._problem is None:
            try:
                self._members = self._open()
            except OpeningError as error:
                self._problem = error.with_traceback(None)
        if self._members is None:
            # Without the places of earlier raises, of which a stored error would keep ever more.
            raise (self._problem or OpeningError()).with_traceback(None)
        return self._members

    def _open(self) -> Mapping[str, Any]:
        if self._recipient is None:
            raise NoRecipientError
        if self._message is None:
            raise NoMessageError
        members = frozen_claims(self._recipient.open(self._message, sub=self._sub))
        if members is None:
            raise InvalidContentError
        return members
