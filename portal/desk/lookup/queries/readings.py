"""What the text in the look-up box may be, each as SQL that uses the index of its own.

Beginnings are compared with ``~>=~`` and ``~<~``, which the pattern indexes support and which stay fast under a generic
plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from portal.accounts.sight import Companies, joined, known
from portal.desk.lookup.question import Question

_ORDER = """
select 'order', {why}, {exact}, o.number, o.number, c.name, o.status, o.fulfilment, o.placed_at, o.total_minor,
       o.currency, concat_ws(' · ', case when o.po_number ~* '^po' then o.po_number else 'PO ' || nullif(o.po_number, '') end,
       nullif(o.job_name, '')), '', '', c.id, cast(null as bigint)
  from ({source}) o join company c on c.id = o.company_id
"""
_INVOICE = """
select 'invoice', {why}, {exact}, i.number, i.number, c.name,
       case when i.kind = 'credit_memo' then 'credit memo' when i.open_minor = 0 then 'paid' else 'open' end, '',
       i.issued_at, i.total_minor, i.currency, concat_ws(' · ', case when i.po_number ~* '^po' then i.po_number else 'PO ' ||
       nullif(i.po_number, '') end, nullif(i.job_name, '')), '', '', c.id, cast(null as bigint)
  from ({source}) i join company c on c.id = i.company_id
"""
# With which card or account was paid is for administrators, on the payment's page.
_PAYMENT = """
select 'payment', {why}, {exact}, p.number, p.number, c.name,
       case when p.reversed_at is not null then 'taken back' when p.unapplied_minor > 0 then 'not applied' else '' end, '',
       p.received_at, p.amount_minor, p.currency,
       case when p.kind in ('card', 'us_bank_account') then '' else p.method_words end, '', c.code, c.id, cast(null as bigint)
  from ({source}) p join company c on c.id = p.company_id
"""
_COMPANY = """
select 'company', {why}, {exact}, c.code, c.name, '', case when c.disabled_at is null then '' else 'closed' end, '',
       cast(null as timestamptz), cast(null as bigint), '', c.code, coalesce(c.phone, ''), coalesce(c.email, ''),
       c.id, cast(null as bigint)
  from ({source}) c
"""
# Of somebody who was only invited nothing but the address is found and shown.
_PERSON = f"""
select 'person', {{why}}, {{exact}}, coalesce(c.code, ''), {known("u.name", "m", or_else="u.email")}, coalesce(c.name, ''),
       case when m.invited_at is not null then 'invited' when u.disabled_at is null then '' else 'disabled' end, '',
       cast(null as timestamptz), cast(null as bigint), '', coalesce(m.role, ''), coalesce({known("u.phone", "m")}, ''), u.email,
       c.id, u.id
  from ({{source}}) u
  {{join}} lateral (select company_id, role, invited_at from membership x where x.user_id = u.id {{scope}}
                   order by x.invited_at is not null, x.disabled_at is not null, x.company_id limit 1) m on true
  left join company c on c.id = m.company_id
"""
_PRODUCT = """
select 'product', {why}, {exact}, v.sku, v.name, '', case when v.discontinued_on is null then '' else 'discontinued' end,
       '', cast(null as timestamptz), cast(null as bigint), '', v.size, '', '', cast(null as bigint), cast(null as bigint)
  from ({source}) v
"""
_PHONE = """(phone_digits ~>=~ :phone and phone_digits ~<~ :phone_end
         or reverse(phone_digits) ~>=~ :phone_back and reverse(phone_digits) ~<~ :phone_back_end)"""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the text: expressions for where it was found and whether exactly, around the rows' ``source``.
    ``{scope}`` in it limits to the companies in sight."""

    frame: str
    why: str
    exact: str
    source: str

    def sql(self, companies: Companies) -> str:
        """The statement for an actor who sees these companies."""
        everything = companies is Companies.ALL
        members = f"select user_id from membership x where {companies.sql('company_id')}"
        source = self.source.format(
            scope=f"and {companies.sql('company_id')}",
            company_scope=f"and {companies.sql('id')}",
            # A person without a company is in sight of those who see all companies.
            person_scope="" if everything else f"and id in ({members})",
            known_scope="" if everything else f"and id in ({members} and {joined('x')})",
            phone=_PHONE,
        )
        return self.frame.format(
            why=self.why,
            exact=self.exact,
            source=source,
            join="left join" if everything else "join",
            scope=f"and {companies.sql('x.company_id')}",
        )


# Fuzzy matching runs only when no name matches: it is expensive, and look_up() would leave its results out.
READINGS = {
    "number": Reading(
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
    "invoice": Reading(
        _INVOICE,
        "'number'",
        "cast(:names_invoice as boolean) and i.number in (:invoice, :memo)",
        """
        (select * from invoice where number in (:invoice, :memo) {scope})
        union
        (select * from invoice where number ~>=~ :number and number ~<~ :number_end {scope}
          order by number using ~<~ limit :many)""",
    ),
    "payment": Reading(
        _PAYMENT,
        "'number'",
        "cast(:names_payment as boolean)",
        "select * from payment where number in (:payment, :own_payment) {scope}",
    ),
    "payment_reference": Reading(
        _PAYMENT,
        "'reference'",
        "false",
        """
        select * from payment
         where reference <> '' and ltrim(regexp_replace(lower(reference), '[^a-z0-9]', '', 'g'), '0') = :reference {scope}
         order by id desc limit :many""",
    ),
    "payment_amount": Reading(
        _PAYMENT,
        "'amount'",
        "false",
        """
        select * from payment where amount_minor = cast(:amount as bigint) {scope} order by id desc limit :many""",
    ),
    "payment_card": Reading(
        _PAYMENT,
        "'card'",
        "false",
        """
        select * from payment where kind in ('card', 'us_bank_account') and "right"(method_words, 4) = :last4 {scope}
         order by id desc limit :many""",
    ),
    "payment_email": Reading(
        _PAYMENT,
        "'email'",
        "false",
        """
        select * from payment where attempt_id in (
          select id from payment_attempt where payer_email <> '' and lower(payer_email) = :mail) {scope}
         order by id desc limit :many""",
    ),
    "po": Reading(
        _ORDER,
        "'po'",
        "upper(o.po_number) = :number",
        """
        select * from (select * from sales_order where upper(po_number) ~>=~ :number and upper(po_number) ~<~ :number_end
          {scope} order by upper(po_number) using ~<~ limit 60) p
         order by (upper(po_number) = :number) desc, placed_at desc limit :many""",
    ),
    "ordered_sku": Reading(
        _ORDER,
        "'sku'",
        "false",
        """
        select s.* from (
          select order_id from order_line where sku = (select sku from variant where sku_key = :key limit 1) {scope}
           order by order_id desc limit :many) l
          join sales_order s on s.id = l.order_id""",
    ),
    "sku": Reading(
        _PRODUCT,
        "'sku'",
        "v.sku_key = :key",
        """
        select * from variant where sku_key ~>=~ :key and sku_key ~<~ :key_end order by sku_key using ~<~ limit :many""",
    ),
    "product_name": Reading(
        _PRODUCT,
        "'name'",
        "false",
        """
        select * from variant where fold(name) like :like order by discontinued_on is not null, name limit :many""",
    ),
    "company_code": Reading(
        _COMPANY, "'code'", "true", "select * from company where code = :number {company_scope}"
    ),
    "company_name": Reading(
        _COMPANY,
        "case when fold(c.name) like :like then 'name' else 'similar' end",
        "fold(c.name) = :words",
        """
        with fits as materialized (select * from company where fold(name) like :like {company_scope})
        select * from (select * from fits union all
          select * from company where :words <% fold(name) {company_scope} and not exists (select from fits)) x
         order by word_similarity(:words, fold(name)) desc, name limit :many""",
    ),
    "company_phone": Reading(
        _COMPANY,
        "'phone'",
        "c.phone_digits in (:phone, :phone_bare)",
        """
        select * from company where {phone} {company_scope} limit :many""",
    ),
    "company_email": Reading(
        _COMPANY,
        "'email'",
        "lower(c.email) = :mail",
        """
        select * from company where lower(email) ~>=~ :mail and lower(email) ~<~ :mail_end {company_scope}
         order by lower(email) using ~<~ limit :many""",
    ),
    "person_name": Reading(
        _PERSON,
        "case when fold(u.name) like :like then 'name' else 'similar' end",
        "fold(u.name) = :words",
        """
        with fits as materialized (select * from app_user where kind = 'customer' and fold(name) like :like {known_scope})
        select * from (select * from fits union all
          select * from app_user
           where kind = 'customer' and :words <% fold(name) {known_scope} and not exists (select from fits)) x
         order by word_similarity(:words, fold(name)) desc, name limit :many""",
    ),
    "person_phone": Reading(
        _PERSON,
        "'phone'",
        "u.phone_digits in (:phone, :phone_bare)",
        """
        select * from app_user where kind = 'customer' and {phone} {known_scope} limit :many""",
    ),
    "person_email": Reading(
        _PERSON,
        "'email'",
        "u.email = :mail",
        """
        select * from app_user where kind = 'customer' and email ~>=~ :mail and email ~<~ :mail_end {person_scope}
         order by email using ~<~ limit :many""",
    ),
}


# What tells how somebody paid is found by those who administer payments.
OF_ADMINISTRATORS = frozenset({"payment_amount", "payment_card", "payment_email"})


def readings_of(question: Question) -> Iterator[str]:
    """Names of the readings that fit what was typed."""
    if question.is_mail:
        yield from ("person_email", "company_email", "payment_email")
        return
    if question.payment.amount_minor is not None:
        yield "payment_amount"
    if question.payment.last4:
        yield "payment_card"
    if question.phone:
        yield from ("person_phone", "company_phone")
    if question.looks_like_phone and question.digits != question.text:
        return
    if len(question.number) >= 2:
        yield from ("number", "invoice", "po", "company_code", "payment", "payment_reference")
    if len(question.key) >= 3:
        yield from ("sku", "ordered_sku")
    if len(question.words) >= 3:
        yield from ("company_name", "person_name", "product_name")
