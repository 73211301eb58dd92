"""Who answers lookups inside Lambda; imported only by a function whose rules need some.

A lookup runs in a thread of its own, so that whoever waits for it can give up in time.
"""

from pretoken.trigger.fetching.causes import CAUSES, FetchError
from pretoken.trigger.fetching.lookups import Lookups, lookups_of

__all__ = ["CAUSES", "FetchError", "Lookups", "lookups_of"]
