"""Who ordered what an invoice is for, and the rep who placed it in that person's name

Old code goes on working: what it issues names nobody. Documents of orders that reps placed are filled in.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030c"
down_revision = "0033b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("ordered_by", "placed_by_rep"):
        op.add_column("invoice", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.create_check_constraint(
        op.f("ck_invoice_rep_orders_for_somebody"), "invoice", "placed_by_rep = '' or ordered_by <> ''"
    )
    op.execute("""
update invoice i set ordered_by = o.subject_name, placed_by_rep = o.placed_by_name
  from sales_order o
 where o.id = i.order_id and o.on_behalf_reason <> '' and o.subject_name <> ''""")
    op.execute(
        "create trigger invoice_ordered_by_frozen before update of ordered_by, placed_by_rep on invoice for each row "
        "execute function refuse_change()"
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
