"""What the application is told of a request: PEP 3333's environ, from the server's scope."""

from __future__ import annotations

import io
import sys
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import unquote_to_bytes

# Open by PEP 3333 and by ASGI: keys of servers and of their extensions.
Environ = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]

_UNPREFIXED = {"CONTENT_TYPE", "CONTENT_LENGTH"}
_GIVEN = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "wsgi.input_terminated": True,  # the body is there as a whole, so reading it ends
}


def headers_of(scope: Scope) -> dict[str, str]:
    """Its headers under WSGI's names. One that comes more than once is one list."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        # A name with an underscore would pass for the same name with a hyphen, which a proxy may have set.
        if b"_" in name:
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in _UNPREFIXED else f"HTTP_{key}"
        text = value.decode("latin-1")
        joint = "; " if key == "HTTP_COOKIE" else ","
        found[key] = f"{found[key]}{joint}{text}" if key in found else text
    return found


def environ_of(scope: Scope, headers: dict[str, str], body: bytes) -> Environ:
    """The environ of a request whose body is there."""
    return {
        **_GIVEN,
        **headers,
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": scope["server"][0],
        "SERVER_PORT": str(scope["server"][1]),
        "REMOTE_ADDR": scope["client"][0],
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": io.BytesIO(body),
    }
