"""The mailbox's web page: a list, one mail, and both as JSON for tests (``/mails.json?to=…``)."""

from __future__ import annotations

import json
import re
import threading
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from sandbox.mail.box import Box, Mail

LINK = re.compile(r"https?://[^\s<>\"]+")
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "a{color:LinkText}li{margin:.75rem 0}pre{white-space:pre-wrap;font:inherit;border:1px solid;padding:1rem;"
    "border-radius:.5rem}small{opacity:.75}"
)


def serve(box: Box, host: str, port: int) -> ThreadingHTTPServer:
    """Start the page in a thread; call ``shutdown()`` on the result."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = answer(box, self.path)
            content = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the page reloads itself."""

    server = ThreadingHTTPServer((host, port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def answer(box: Box, path: str) -> tuple[int, str, str]:
    """Status, media type and body for a path."""
    address = urlsplit(path)
    to = parse_qs(address.query).get("to", [""])[0]
    if address.path == "/mails.json":
        return 200, "application/json", json.dumps([_plain(mail) for mail in box.mails(to)])
    if address.path == "/":
        return 200, "text/html", _list(box.mails(to), to)
    number = address.path.removeprefix("/mails/")
    mail = box.mail(int(number)) if number.isdecimal() else None
    if mail is None:
        return 404, "text/html", _page("No such mail", "<p><a href='/'>All mails</a></p>")
    return 200, "text/html", _mail(mail)


def _plain(mail: Mail) -> dict[str, object]:
    return {
        "number": mail.number,
        "received": mail.received.isoformat(timespec="seconds"),
        "to": list(mail.to),
        "subject": mail.subject,
        "message_id": str(mail.message["Message-ID"] or ""),
        "text": mail.text,
    }


def _page(title: str, body: str, head: str = "") -> str:
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{escape(title)}</title>"
        f"<meta name='viewport' content='width=device-width'>{head}<style>{STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{body}</body></html>"
    )


def _list(mails: list[Mail], to: str) -> str:
    items = "".join(
        f"<li><a href='/mails/{mail.number}'>{escape(mail.subject)}</a><br>"
        f"<small>to {escape(', '.join(mail.to))}, {mail.received:%H:%M:%S} UTC</small></li>"
        for mail in mails
    )
    title = f"Mails to {to}" if to else "Mails the portal has sent"
    empty = "<p>None yet. This page looks again every five seconds.</p>"
    return _page(title, f"<ul>{items}</ul>" if items else empty, "<meta http-equiv='refresh' content='5'>")


def _mail(mail: Mail) -> str:
    text = LINK.sub(lambda link: f"<a href='{link.group()}'>{link.group()}</a>", escape(mail.text))
    return _page(
        mail.subject,
        f"<p>to {escape(', '.join(mail.to))}, from {escape(str(mail.message['From']))}, "
        f"{mail.received:%Y-%m-%d %H:%M:%S} UTC</p><pre>{text}</pre><p><a href='/'>All mails</a></p>",
    )
