"""Every model, so that one import gives the whole metadata (migrations, tests)."""

from portal.foundation import mail, rooms
from portal.foundation.db import Base

MODULES = (mail, *rooms.modules("models"))

__all__ = ["MODULES", "Base"]
