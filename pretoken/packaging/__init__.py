"""The folder that Lambda runs: a policy that passes its checks and cases, the trigger, and what it needs."""

from pretoken.packaging.errors import BuildError, RefusedError
from pretoken.packaging.package import Package, build
from pretoken.packaging.sizes import Sizes

__all__ = ["BuildError", "Package", "RefusedError", "Sizes", "build"]
