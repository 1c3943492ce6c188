"""What goes with a mail besides its words: the document, its other readers, links for whoever has no account."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from portal.foundation import rooms
from portal.foundation.jobs import House
from portal.foundation.mail import Contents, OutboundMail, Parcel
from portal.foundation.smtp import NOTHING_ELSE, Enclosed
from portal.foundation.smtp.files import File, Maker

log = structlog.get_logger(__name__)

# Mail servers commonly take 10 to 25 MB, of which the encoding uses up a third.
MOST_BYTES = 7 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Opened:
    """A parcel, ready to be sent; ``words`` follow the letter's own."""

    enclosed: Enclosed = NOTHING_ELSE
    words: str = ""


class Parcels:
    """Opens the parcels of mails. One for each worker."""

    def __init__(self, house: House) -> None:
        self._house = house
        makers: list[Maker] = [each for room in rooms.modules("attachments") for each in room.MAKERS]
        self._makers = {each.kind: each for each in makers}

    def open(self, mail: OutboundMail) -> Opened:
        """The mail's parcel. A document that cannot be made does not keep the mail: it says where the document is."""
        if mail.parcel is None:
            return Opened()
        parcel = Parcel.of(mail.parcel)
        file = self._file(mail, parcel.document) if parcel.document else None
        pdf = (file.name, file.content) if file else None
        words = "".join(f"\n{line}\n" for line in self._lines(parcel, file))
        return Opened(Enclosed(parcel.to, parcel.cc, pdf), words)

    def _file(self, mail: OutboundMail, document: Contents) -> File | None:
        try:
            made = self._makers[document["kind"]].make(self._house, document)
        except Exception as error:
            log.error(
                "document not attached",
                mail_id=mail.id,
                kind=mail.kind,
                error=type(error).__name__,
                exc_info=True,
            )
            return None
        if len(made.content) <= MOST_BYTES:
            return made
        log.warning(
            "document too large to be attached", mail_id=mail.id, kind=mail.kind, bytes=len(made.content)
        )
        return None

    def _lines(self, parcel: Parcel, file: File | None) -> list[str]:
        url = self._house.settings.public_url
        lines = []
        if file:
            lines.append(f"Attached: {file.name}")
        elif parcel.document:
            lines.append(f"The PDF could not be attached. The document is at {url}{parcel.document['page']}")
        if parcel.pay:
            lines.append(f"Pay it by card or bank debit, without an account: {url}{parcel.pay}")
        if parcel.removal:
            lines.append(
                f"{parcel.company} asked us to send this to your address. No more of it: {url}{parcel.removal}"
            )
        return lines
