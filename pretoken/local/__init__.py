"""What a local run of the function needs: a KMS, a DynamoDB, and the file with its variables.

The server needs the extra `local`; import it from `pretoken.local.server`.
"""

from pretoken.local.env_file import EnvFile
from pretoken.local.errors import LocalRunError
from pretoken.local.resources import LocalResources, resources_of

__all__ = ["EnvFile", "LocalResources", "LocalRunError", "resources_of"]
