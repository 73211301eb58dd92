"""Print the reference of all checks: `python -m pretoken.checks > docs/checks.md`."""

import sys

from pretoken.checks.reference import reference

sys.stdout.write(reference())
