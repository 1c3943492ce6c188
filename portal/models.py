"""Every model, so that one import gives the whole metadata (migrations, tests)."""

from portal.foundation import mail, rooms
from portal.foundation.db import Base
from portal.foundation.secrets import handle_key

MODULES = (handle_key, mail, *rooms.modules("models"))

__all__ = ["MODULES", "Base"]
