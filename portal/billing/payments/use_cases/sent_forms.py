"""A form that is sent twice begins one payment."""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.models.payments import PaymentAttempt
from portal.billing.payments.new_payment import NewPayment
from portal.billing.settlement.use_cases.locks import lock_invoices
from portal.foundation.tokens import new_token


def idempotency_key(new: NewPayment) -> str:
    """The same for the same contents of the same form; random without a form."""
    if not new.form_key:
        return new_token()
    shares = sorted(new.shares, key=lambda share: share.invoice_id)
    contents = repr((new.company_id, new.form_key, shares, new.method_kind, new.save_method))
    if new.group:
        contents += repr(sorted((each.branch_invoice, each.amount_minor) for each in new.group))
    if new.on_account:
        contents += repr(new.amount_minor)
    return hashlib.sha256(contents.encode()).hexdigest()


def sent_before(session: Session, new: NewPayment, key: str) -> PaymentAttempt | None:
    """The attempt that the same form began; whoever sends it at the same moment waits for the documents' locks."""
    lock_invoices(session, company_id=new.company_id, ids=new.document_ids)
    same = (PaymentAttempt.idempotency_key == key, PaymentAttempt.company_id == new.company_id)
    return session.scalars(select(PaymentAttempt).where(*same)).one_or_none()
