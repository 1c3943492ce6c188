"""Asks the web server of this container for a page: ``probe.py /livez``. Exit code 1 unless the answer is 200."""

from __future__ import annotations

import http.client
import os
import sys
from urllib.parse import urlsplit


def main(path: str) -> int:
    """The portal answers only under its own name, so the request carries the public address's host."""
    host = urlsplit(os.environ.get("PORTAL_PUBLIC_URL", "")).netloc or "127.0.0.1"
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(os.environ.get("PORTAL_PORT", "8000")), timeout=4
    )
    try:
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
    except OSError as error:
        print(f"{path}: {error}")
        return 1
    print(f"{path}: {answer.status} {answer.read(500).decode(errors='replace')}")
    return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
