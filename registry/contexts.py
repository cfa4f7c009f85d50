"""The JSON-LD contexts that consents and key bindings name; files of the package.

A stranger's verifier resolves them without knowing this program. https://www.w3.org/TR/json-ld11/
"""

from importlib.resources import files

# Where a context is served, below the registry's address, and the file that it is.
CONTEXTS = {
    "enrolment": "enrolment-v1.jsonld",
    "keys": "keys-v1.jsonld",
    "mandate": "mandate-v1.jsonld",
}


def context_bytes(name: str) -> bytes:
    """The context served at `/ns/<name>/v1`; raises KeyError for a name not in `CONTEXTS`."""
    return (files("registry") / "data" / CONTEXTS[name]).read_bytes()
