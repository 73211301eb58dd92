"""Lambda SnapStart: a snapshot holds clients of AWS, but no data key and no answer of a lookup.

Many environments start from one snapshot, and it is kept for weeks: a data key in it would serve them all.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def forget_around_snapshots(forget: Callable[[], object]) -> None:
    """Have `forget` called before a snapshot is taken, and after each restore; without SnapStart, never.

    After a restore too, because a team's own hooks may seal something after ours ran.

    Args:
        forget: lets go of what no two environments may share.

    Source: Lambda developer guide, "Lambda SnapStart runtime hooks" (Python), and "Defined runtime environment
    variables" for the type of initialization.
    """
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        # Lambda's runtime brings this module, and doesn't start with SnapStart if it can't be imported.
        from snapshot_restore_py import register_after_restore, register_before_snapshot

        register_before_snapshot(forget)
        register_after_restore(forget)
