"""Encrypt personal claims for one recipient, and open them again.

Names are resolved when they are first used: the trigger loads the sealing side only, a resource server the opening
side only, and `import pretoken.sealing` loads neither botocore nor the AWS Encryption SDK.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .context import encryption_context as encryption_context
    from .errors import InvalidContentError as InvalidContentError
    from .errors import KMSRefusedError as KMSRefusedError
    from .errors import KMSUnavailableError as KMSUnavailableError
    from .errors import MalformedMessageError as MalformedMessageError
    from .errors import MessageTooLongError as MessageTooLongError
    from .errors import OpeningError as OpeningError
    from .errors import SealingError as SealingError
    from .errors import TamperedMessageError as TamperedMessageError
    from .errors import TooManyDataKeysError as TooManyDataKeysError
    from .errors import WrongKeyError as WrongKeyError
    from .errors import WrongRecipientError as WrongRecipientError
    from .errors import WrongSubjectError as WrongSubjectError
    from .errors import WrongSuiteError as WrongSuiteError
    from .local_kms import local_kms_client as local_kms_client
    from .opener import Opener as Opener
    from .sealer import Sealer as Sealer

_MODULES = {
    "encryption_context": "context",
    "InvalidContentError": "errors",
    "KMSRefusedError": "errors",
    "KMSUnavailableError": "errors",
    "MalformedMessageError": "errors",
    "MessageTooLongError": "errors",
    "OpeningError": "errors",
    "SealingError": "errors",
    "TamperedMessageError": "errors",
    "TooManyDataKeysError": "errors",
    "WrongKeyError": "errors",
    "WrongRecipientError": "errors",
    "WrongSubjectError": "errors",
    "WrongSuiteError": "errors",
    "local_kms_client": "local_kms",
    "Opener": "opener",
    "Sealer": "sealer",
}

__all__ = list(_MODULES)


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
