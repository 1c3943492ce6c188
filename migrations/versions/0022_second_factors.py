"""Second factors: passkeys, authenticator apps, recovery codes; when a session was last confirmed

Old code goes on working while this runs and after it: it only adds.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.foundation.db import UTCDateTime
from portal.foundation.postgres.row_security import own_company

revision = "0022"
down_revision = "0020"
branch_labels = None
depends_on = None

OURS = own_company()
PERSON = "nullif(current_setting('app.user_id', true), '')::bigint"
# No customer's request reads these; the books do it for the person who asks, and for nobody else.
OWN_ROWS = ("passkey", "authenticator_app", "recovery_code")
GRANTS = (
    "select, insert, update, delete on passkey, authenticator_app, recovery_code to portal_books",
    "select, insert, delete on spent_challenge to portal_books",
    "select (second_factor_at) on app_user to portal_customer",
    "update (second_factor_at) on app_user to portal_books",
    "select (confirmed_at, second_factor_at) on user_session to portal_customer",
    "update (token_hash, confirmed_at, second_factor_at) on user_session to portal_books",
    "update (second_factor_required) on company to portal_customer",
)
# Takes everything away that a person proves themselves with, and ends their sessions. A company's administrators do it
# for people who work for nobody else: others would lose what protects another company. False: not done.
FORGET = f"""
create function forget_second_factor(person bigint, at timestamptz) returns boolean language plpgsql volatile
security definer set search_path = public, pg_temp as $$
begin
  if current_setting('role') <> 'none' and (
     not exists (select from membership m where m.user_id = person and {own_company("m.company_id")})
     or exists (select from membership m join company c on c.id = m.company_id
                 where m.user_id = person and m.disabled_at is null
                   and ({own_company("c.id")}) is not true
                   and ({own_company("c.parent_id")}) is not true)) then
    return false;
  end if;
  delete from passkey where user_id = person;
  delete from authenticator_app where user_id = person;
  delete from recovery_code where user_id = person;
  delete from pending_sign_in where user_id = person;
  update app_user set second_factor_at = null where id = person;
  update user_session set ended_at = at where user_id = person and ended_at is null;
  return true;
end $$
"""
BOOKS_MAIL = f"""
kind not in ('password_reset', 'invitation', 'staff_invitation')
and ({OURS} or company_id is null and kind in
     ('password_changed', 'second_factor_added', 'second_factor_removed', 'recovery_code_used'))
"""
CUSTOMERS_RESET = f"""
kind = 'second_factor_reset' and {OURS}
and exists (select from app_user u where u.email = to_email)
"""


def upgrade() -> None:
    _tables()
    op.add_column("app_user", sa.Column("second_factor_at", UTCDateTime()))
    op.add_column(
        "company", sa.Column("second_factor_required", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column("user_session", sa.Column("confirmed_at", UTCDateTime()))
    op.add_column("user_session", sa.Column("second_factor_at", UTCDateTime()))
    for table in (*OWN_ROWS, "spent_challenge", "pending_sign_in"):
        op.execute(f"alter table {table} enable row level security")
    for table in OWN_ROWS:
        op.execute(
            f"create policy own_rows on {table} to portal_books using (user_id = {PERSON}) with check (user_id = {PERSON})"
        )
    op.execute("create policy of_nobody on spent_challenge to portal_books using (true) with check (true)")
    for rights in GRANTS:
        op.execute(f"grant {rights}")
    op.execute(FORGET)
    op.execute("revoke all on function forget_second_factor(bigint, timestamptz) from public")
    op.execute("grant execute on function forget_second_factor(bigint, timestamptz) to portal_customer")
    op.execute("drop policy books_mail on outbound_mail")
    op.execute(
        f"create policy books_mail on outbound_mail for insert to portal_books with check ({BOOKS_MAIL})"
    )
    op.execute(
        f"create policy customers_reset on outbound_mail for insert to portal_customer with check ({CUSTOMERS_RESET})"
    )


def _person(**options: bool) -> sa.Column[int]:
    return sa.Column("user_id", sa.BigInteger(), sa.ForeignKey("app_user.id"), nullable=False, **options)


def _tables() -> None:
    op.create_table(
        "passkey",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        _person(index=True),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("transports", sa.String(), server_default="", nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("last_used_at", UTCDateTime()),
    )
    op.create_table(
        "authenticator_app",
        _person(primary_key=True),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime()),
        sa.Column("last_step", sa.BigInteger()),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        _person(index=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime()),
    )
    op.create_table(
        "spent_challenge",
        sa.Column("challenge_hash", sa.LargeBinary(), primary_key=True),
        sa.Column("at", UTCDateTime(), nullable=False, index=True),
    )
    op.create_table(
        "pending_sign_in",
        sa.Column("token_hash", sa.LargeBinary(), primary_key=True),
        _person(index=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("onward", sa.String(), server_default="/", nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False, index=True),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: docs/operations.md")
