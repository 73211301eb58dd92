"""The file with the function's variables for `sam local invoke --env-vars`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pretoken.local.errors import LocalRunError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FUNCTION = "PreTokenGeneration"
"""The function's logical id in template.yaml."""


class EnvFile:
    """The variables of functions by the function's logical id; other functions' are kept.

    Args:
        path: where it is, or will be.

    Raises:
        LocalRunError: what stands there isn't such a file.

    Source: AWS SAM developer guide, "sam local invoke", `--env-vars`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._content = _read(path)
        self.variables: dict[str, Any] = self._content.get(FUNCTION, {})
        """The variables of the trigger, as they stand in the file."""

    def update(self, variables: Mapping[str, str]) -> bool:
        """Set variables of the trigger; write only if one differs, and tell whether.

        Raises:
            LocalRunError: the file can't be written.
        """
        wanted = {**self._content, FUNCTION: {**self.variables, **variables}}
        if wanted == self._content:
            return False
        try:
            self._path.write_text(json.dumps(wanted, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError:
            raise LocalRunError(
                f"{self._path}: this file can't be written; check it with `ls -l`, or name another: `--env-file FILE`"
            ) from None
        return True


def _read(path: Path) -> dict[str, Any]:
    example = f'write `{{"{FUNCTION}": {{}}}}`, or name another file: `--env-file FILE`'
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except OSError:
        raise LocalRunError(f"{path}: this file can't be read; name another: `--env-file FILE`") from None
    except json.JSONDecodeError as error:
        raise LocalRunError(f"{path}:{error.lineno}:{error.colno}: this isn't JSON; {example}") from None
    except (ValueError, RecursionError):
        raise LocalRunError(f"{path}: this isn't JSON in UTF-8; {example}") from None
    if not isinstance(content, dict) or not isinstance(content.get(FUNCTION, {}), dict):
        raise LocalRunError(f"{path}: variables stand by function and name; {example}")
    return content
