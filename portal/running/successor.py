"""``python -m portal.running.successor SOCKET READY``: one server on a socket that ``portal serve`` holds.

Both are file descriptors. Each worker that has loaded the application writes a byte to the second one.
"""

from __future__ import annotations

import socket
import sys

from portal.foundation import config
from portal.running import web_server

if __name__ == "__main__":
    held, ready = (int(each) for each in sys.argv[1:])
    web_server.serve(config.from_environment(), socket.socket(fileno=held), ready)
