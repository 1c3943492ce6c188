"""Every model, so that one import gives the whole metadata (migrations, tests)."""

from portal.accounts import models as accounts
from portal.billing import models as billing
from portal.catalog import models as catalog
from portal.foundation import mail
from portal.foundation.db import Base
from portal.orders import models as orders
from portal.stores import models as stores
from portal.touchpoints import models as touchpoints

__all__ = ["Base", "accounts", "billing", "catalog", "mail", "orders", "stores", "touchpoints"]
