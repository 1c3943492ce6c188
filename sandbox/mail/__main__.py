"""``python -m sandbox.mail [SMTP-PORT [WEB-PORT]]``: run the mailbox until SIGTERM."""

from __future__ import annotations

import signal
import sys
import threading

from aiosmtpd.controller import Controller

from sandbox.mail.box import Box
from sandbox.mail.pages import serve

HOST = "127.0.0.1"


def main(arguments: list[str]) -> None:
    smtp_port = int(arguments[0]) if arguments else 8025
    web_port = int(arguments[1]) if len(arguments) > 1 else 8026
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    box = Box()
    mail = Controller(box, hostname=HOST, port=smtp_port, data_size_limit=10 * 1024 * 1024)
    mail.start()
    web = serve(box, HOST, web_port)
    print(f"Mails to {HOST}:{smtp_port} are shown on http://{HOST}:{web_port}", flush=True)
    stop.wait()
    web.shutdown()
    mail.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
