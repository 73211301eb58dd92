"""What a local run of the function needs: a KMS, a DynamoDB with items, and the file with its variables.

The server needs the extra `local`; import it from `pretoken.local.server`.
"""

from pretoken.local.env_file import EnvFile
from pretoken.local.errors import LocalRunError
from pretoken.local.items import Item, parse_items
from pretoken.local.resources import LocalResources, resources_of

__all__ = ["EnvFile", "Item", "LocalResources", "LocalRunError", "parse_items", "resources_of"]
