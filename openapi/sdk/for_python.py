"""The contract as openapi-python-client must be told it.

It knows "a key or none" only as "a key", and would ask every reader for one. It sends no text but JSON: lines of JSON
are a file to it.
"""

import json
import sys
from pathlib import Path

contract = json.loads(Path(sys.argv[1]).read_text())
for methods in contract["paths"].values():
    for operation in methods.values():
        if {} in operation.get("security", ()):
            operation["security"] = []
        for media, body in operation.get("requestBody", {}).get("content", {}).items():
            if media == "application/x-ndjson":
                body["schema"] = {"type": "string", "format": "binary"}
json.dump(contract, sys.stdout)
