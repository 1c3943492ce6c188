"""One box for everything: one statement for all kinds of things, each by its index.

Only the readings that fit what was typed are asked. Beginnings are compared with ``~>=~`` and ``~<~``, which the
pattern indexes carry and which stay fast under a plan made once for all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from portal.accounts.sight import Companies, sight_of, sight_values
from portal.desk.lookup.wanted import Question, after, like
from portal.foundation.actor import Actor

PER_KIND = 8


@dataclass(frozen=True, slots=True)
class Found:
    """One result. ``ref`` opens it: an order or invoice number, a company code, a person's company, a SKU."""

    kind: str  # order, invoice, company, person, product
    why: str  # number, po, sku, name, similar (to the name), code, phone, email
    exact: bool
    ref: str
    title: str
    company: str
    status: str
    fulfilment: str
    at: datetime | None
    amount_minor: int | None
    currency: str
    note: str
    phone: str
    email: str


_ORDER = """
select 'order', {why}, {exact}, o.number, o.number, c.name, o.status, o.fulfilment, o.placed_at, o.total_minor,
       o.currency, concat_ws(' · ', case when o.po_number ~* '^po' then o.po_number else 'PO ' || nullif(o.po_number, '') end,
       nullif(o.job_name, '')), '', ''
  from ({source}) o join company c on c.id = o.company_id
"""
_INVOICE = """
select 'invoice', {why}, {exact}, i.number, i.number, c.name,
       case when i.kind = 'credit_memo' then 'credit memo' when i.open_minor = 0 then 'paid' else 'open' end, '',
       i.issued_at, i.total_minor, i.currency, concat_ws(' · ', case when i.po_number ~* '^po' then i.po_number else 'PO ' ||
       nullif(i.po_number, '') end, nullif(i.job_name, '')), '', ''
  from ({source}) i join company c on c.id = i.company_id
"""
_COMPANY = """
select 'company', {why}, {exact}, c.code, c.name, '', case when c.disabled_at is null then '' else 'closed' end, '',
       cast(null as timestamptz), cast(null as bigint), '', c.code, coalesce(c.phone, ''), coalesce(c.email, '')
  from ({source}) c
"""
_PERSON = """
select 'person', {why}, {exact}, coalesce(c.code, ''), u.name, coalesce(c.name, ''),
       case when u.disabled_at is null then '' else 'disabled' end, '', cast(null as timestamptz),
       cast(null as bigint), '', coalesce(m.role, ''), coalesce(u.phone, ''), u.email
  from ({source}) u
  {join} lateral (select company_id, role from membership x where x.user_id = u.id {scope}
                   order by x.disabled_at is not null, x.company_id limit 1) m on true
  left join company c on c.id = m.company_id
"""
_PRODUCT = """
select 'product', {why}, {exact}, v.sku, v.name, '', case when v.discontinued_on is null then '' else 'discontinued' end,
       '', cast(null as timestamptz), cast(null as bigint), '', v.size, '', ''
  from ({source}) v
"""
# What is alike is only looked for where no name fits: comparing is dear, and look_up() would leave it out.
# Reading → (frame, where it was found, exact, source). {scope} limits to the companies in sight.
_READINGS: dict[str, tuple[str, str, str, str]] = {
    "number": (
        _ORDER,
        "'number'",
        "o.number in (:number, :own_number)",
        """
        (select * from sales_order where number in (:number, :own_number) {scope})
        union
        (select * from sales_order where number ~>=~ :number and number ~<~ :number_end {scope}
          order by number using ~>~ limit :many)
        union
        (select * from sales_order where number ~>=~ :own_number and number ~<~ :own_number_end {scope}
          order by number using ~>~ limit :many)""",
    ),
    "invoice": (
        _INVOICE,
        "'number'",
        "cast(:names_invoice as boolean) and i.number in (:invoice, :memo)",
        """
        (select * from invoice where number in (:invoice, :memo) {scope})
        union
        (select * from invoice where number ~>=~ :number and number ~<~ :number_end {scope}
          order by number using ~<~ limit :many)""",
    ),
    "po": (
        _ORDER,
        "'po'",
        "upper(o.po_number) = :number",
        """
        select * from (select * from sales_order where upper(po_number) ~>=~ :number and upper(po_number) ~<~ :number_end
          {scope} order by upper(po_number) using ~<~ limit 60) p
         order by (upper(po_number) = :number) desc, placed_at desc limit :many""",
    ),
    "ordered_sku": (
        _ORDER,
        "'sku'",
        "false",
        """
        select s.* from (
          select order_id from order_line where sku = (select sku from variant where sku_key = :key limit 1) {scope}
           order by order_id desc limit :many) l
          join sales_order s on s.id = l.order_id""",
    ),
    "sku": (
        _PRODUCT,
        "'sku'",
        "v.sku_key = :key",
        """
        select * from variant where sku_key ~>=~ :key and sku_key ~<~ :key_end order by sku_key using ~<~ limit :many""",
    ),
    "product_name": (
        _PRODUCT,
        "'name'",
        "false",
        """
        select * from variant where name ilike :like order by discontinued_on is not null, name limit :many""",
    ),
    "company_code": (
        _COMPANY,
        "'code'",
        "true",
        "select * from company where code = :number {company_scope}",
    ),
    "company_name": (
        _COMPANY,
        "case when c.name ilike :like then 'name' else 'similar' end",
        "lower(c.name) = lower(:words)",
        """
        with fits as materialized (select * from company where name ilike :like {company_scope})
        select * from (select * from fits union all
          select * from company where :words <% name {company_scope} and not exists (select from fits)) x
         order by word_similarity(:words, name) desc, name limit :many""",
    ),
    "company_phone": (
        _COMPANY,
        "'phone'",
        "c.phone_digits in (:phone, :phone_bare)",
        """
        select * from company where {phone} {company_scope} limit :many""",
    ),
    "company_email": (
        _COMPANY,
        "'email'",
        "lower(c.email) = :mail",
        """
        select * from company where lower(email) ~>=~ :mail and lower(email) ~<~ :mail_end {company_scope}
         order by lower(email) using ~<~ limit :many""",
    ),
    "person_name": (
        _PERSON,
        "case when u.name ilike :like then 'name' else 'similar' end",
        "lower(u.name) = lower(:words)",
        """
        with fits as materialized (select * from app_user where kind = 'customer' and name ilike :like {person_scope})
        select * from (select * from fits union all
          select * from app_user where kind = 'customer' and :words <% name {person_scope} and not exists (select from fits)) x
         order by word_similarity(:words, name) desc, name limit :many""",
    ),
    "person_phone": (
        _PERSON,
        "'phone'",
        "u.phone_digits in (:phone, :phone_bare)",
        """
        select * from app_user where kind = 'customer' and {phone} {person_scope} limit :many""",
    ),
    "person_email": (
        _PERSON,
        "'email'",
        "u.email = :mail",
        """
        select * from app_user where kind = 'customer' and email ~>=~ :mail and email ~<~ :mail_end {person_scope}
         order by email using ~<~ limit :many""",
    ),
}
_PHONE = """(phone_digits ~>=~ :phone and phone_digits ~<~ :phone_end
         or reverse(phone_digits) ~>=~ :phone_back and reverse(phone_digits) ~<~ :phone_back_end)"""
# Until the end of the transaction. Left to choose, the planner plans eight readings anew each time (2 ms), and
# thinks that reading all names of a small company table is cheaper than their index, since it takes comparing
# them for free (another 2 ms).
_PLAN_ONCE = text("select set_config('plan_cache_mode', 'force_generic_plan', true)")


def look_up(session: Session, actor: Actor, question: Question) -> list[Found]:
    """Everything that what was typed can mean, exact things first; one statement, and one about its plan.

    Orders, companies and people are found as far as the actor sees them; products are everybody's.
    """
    readings = tuple(_readings(question))
    if not readings:
        return []
    statement = _statement(readings, sight_of(actor).companies)
    session.execute(_PLAN_ONCE)
    rows = session.execute(statement, _values(question, actor))
    found: dict[tuple[str, str, str], Found] = {}
    for row in rows:
        result = Found(*row)
        identity = (result.kind, result.ref, result.title)
        known = found.get(identity)
        if known is None or (result.exact and not known.exact):
            found[identity] = result
    if any(each.why != "similar" for each in found.values()):  # a likeness counts where nothing fits
        found = {identity: each for identity, each in found.items() if each.why != "similar"}
    # The newest order first; the others keep the order of their similarity.
    return sorted(found.values(), key=lambda each: (not each.exact, -each.at.timestamp() if each.at else 0.0))


def _readings(question: Question) -> Iterator[str]:
    if question.is_mail:
        yield from ("person_email", "company_email")
        return
    if question.phone:
        yield from ("person_phone", "company_phone")
    if question.looks_like_phone and question.digits != question.text:
        return
    if len(question.number) >= 2:
        yield from ("number", "invoice", "po", "company_code")
    if len(question.key) >= 3:
        yield from ("sku", "ordered_sku")
    if len(question.words) >= 3:
        yield from ("company_name", "person_name", "product_name")


@cache
def _statement(readings: tuple[str, ...], companies: Companies) -> TextClause:
    everything = companies is Companies.ALL
    members = f"select user_id from membership where {companies.sql('company_id')}"
    scopes = {
        "scope": f"and {companies.sql('company_id')}",
        "company_scope": f"and {companies.sql('id')}",
        # A person without a company is in everybody's sight who sees all companies.
        "person_scope": "" if everything else f"and id in ({members})",
        "phone": _PHONE,
    }
    parts = []
    for reading in readings:
        frame, why, exact, source = _READINGS[reading]
        join = "left join" if everything else "join"
        scope = f"and {companies.sql('x.company_id')}"
        parts.append(
            "("
            + frame.format(why=why, exact=exact, source=source.format(**scopes), join=join, scope=scope)
            + ")"
        )
    return text(" union all ".join(parts))


def _values(question: Question, actor: Actor) -> dict[str, Any]:
    number, own_number = question.order_numbers
    invoice, memo = question.invoice_numbers
    phone, bare = question.phone, question.phone_without_country
    mail = question.text.lower() if question.is_mail else ""
    return {
        "many": PER_KIND,
        **sight_values(actor),
        "number": number,
        "number_end": after(number),
        "own_number": own_number,
        "own_number_end": after(own_number),
        "invoice": invoice,
        "memo": memo,
        "names_invoice": question.names_invoice,
        "key": question.key,
        "key_end": after(question.key),
        "words": question.words,
        "like": like(question.words),
        "phone": phone,
        "phone_end": after(phone),
        "phone_bare": bare,
        "phone_back": bare[::-1],
        "phone_back_end": after(bare[::-1]),
        "mail": mail,
        "mail_end": after(mail),
    }
