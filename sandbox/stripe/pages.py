"""The pages a person sees: pay, save a way of paying, the bank's 3-D Secure question, and the look behind the scenes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from sandbox.stripe import checkout_paying
from sandbox.stripe.context import Context
from sandbox.stripe.currencies import written
from sandbox.stripe.objects import banks, cards, methods, paying, setups
from sandbox.stripe.store import Store, Thing
from sandbox.stripe.wire.api import Api
from sandbox.stripe.wire.errors import ApiError, invalid

blueprint = Blueprint("pages", __name__)
REFUSED = 422


def _context() -> Context:
    api: Api = current_app.extensions["stripe_api"]
    return Context(api.store, api.address)


@blueprint.after_request
def secure(response: Response) -> Response:
    """Nothing foreign on the page; Chromium applies form-action to the way back to the seller, too."""
    back = response.headers.pop("X-Back", "")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none';"
        f" form-action 'self' {back}"
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _page(template: str, session: Thing | None, status: int = 200, **facts: object) -> Response:
    response = make_response(render_template(template, session=session, written=written, **facts), status)
    if session is not None:
        places = {_origin(session[name]) for name in ("success_url", "cancel_url") if session[name]}
        response.headers["X-Back"] = " ".join(sorted(places))
    return response


def _origin(url: str) -> str:
    address = urlsplit(url)
    return f"{address.scheme}://{address.netloc}"


@blueprint.get("/c/pay/<given>")
def show(given: str) -> Response | Redirect:
    """The page of a session; what is over says so."""
    ctx = _context()
    session = ctx.store.get("checkout.session", given)
    if session is None:
        return _page("gone.html", None, 404)
    if session["status"] == "complete":
        return redirect(_success(session), 303)
    if session["status"] == "expired":
        return _page("gone.html", session, 410)
    fields = dict(_filled(request.args.get("fill", "")))
    if fields and not _email(ctx, session):
        fields["email"] = "payer@demo.example"
    return _form(ctx, session, fields, {})


def _filled(number: str) -> Mapping[str, str]:
    """Fields for a test number that was chosen from the list."""
    if number in cards.BY_NUMBER:
        code = "1234" if cards.BY_NUMBER[number].brand == "amex" else "123"
        year = (datetime.now(UTC).year + 4) % 100
        return {
            "method": "card",
            "number": number,
            "expiry": f"12 / {year}",
            "cvc": code,
            "name": "Test Payer",
        }
    if number in banks.BY_NUMBER:
        return {
            "method": "us_bank_account",
            "routing": banks.ROUTING,
            "account": number,
            "holder": "Test Company",
        }
    return {}


def _form(ctx: Context, session: Thing, fields: Mapping[str, str], errors: dict[str, str]) -> Response:
    saved = checkout_paying.offered(ctx, session)
    first = saved[0]["id"] if saved else session["payment_method_types"][0]
    return _page(
        "pay.html",
        session,
        REFUSED if errors else 200,
        lines=ctx.store.private(session["id"])["line_items"],
        fields=fields,
        chosen=fields.get("method", first),
        errors=errors,
        saved=saved,
        must_save=checkout_paying.must_save(ctx, session),
        may_save=checkout_paying.may_save(session),
        email=_email(ctx, session),
        cards=cards.CARDS,
        accounts=banks.ACCOUNTS,
        settles=banks.SETTLES_AFTER_DAYS,
    )


def _email(ctx: Context, session: Thing) -> str | None:
    customer = ctx.store.get("customer", session["customer"]) or {}
    return session["customer_email"] or customer.get("email")


@blueprint.post("/c/pay/<given>")
def pay(given: str) -> Response | Redirect:
    """The button was pressed."""
    ctx = _context()
    errors: dict[str, str] = {}
    with ctx.store.transaction():
        session = ctx.store.get("checkout.session", given)
        if session is None or session["status"] != "open":
            return show(given)
        try:
            method = _method(ctx, session, request.form)
            checkout_paying.submit(ctx, session, method, save="save" in request.form)
        except ApiError as error:
            field, sentence = checkout_paying.explain(error)
            errors[field] = sentence
    if errors:
        return _form(ctx, session, request.form, errors)
    if session["status"] == "complete":
        return redirect(_success(session), 303)
    return redirect(f"/challenge/{session['payment_intent'] or session['setup_intent']}", 303)


def _method(ctx: Context, session: Thing, form: Mapping[str, str]) -> Thing:
    """The payment method that the form describes.

    :raises ApiError: naming the field that is wrong.
    """
    chosen = form.get("method", "card")
    if chosen in {method["id"] for method in checkout_paying.offered(ctx, session)}:
        return ctx.need("payment_method", chosen)
    if chosen not in session["payment_method_types"]:
        raise invalid("Choose a way to pay.", param="method")
    # An address that the seller gave stands on the page and cannot be changed there.
    email = _email(ctx, session) or form.get("email", "").strip()
    if "@" not in email:
        raise invalid("Enter your email address, for example you@company.example.", param="email")
    if checkout_paying.must_save(ctx, session) and "save" not in form:
        raise invalid("The seller needs your consent to use this later. Tick the box to go on.", param="save")
    if chosen == "card":
        return _card(ctx, form, email)
    return _account(ctx, form, email)


def _card(ctx: Context, form: Mapping[str, str], email: str) -> Thing:
    card, month, year = cards.read(form.get("number", ""), form.get("expiry", ""), form.get("cvc", ""))
    name = form.get("name", "").strip()
    if not name:
        raise invalid("Enter the name on the card.", param="name")
    return methods.keep_card(ctx, card, month, year, {"name": name, "email": email})


def _account(ctx: Context, form: Mapping[str, str], email: str) -> Thing:
    account = banks.read(form.get("routing", ""), form.get("account", ""))
    name = form.get("holder", "").strip()
    if not name:
        raise invalid("Enter the name of the account's holder.", param="holder")
    return methods.keep_account(ctx, account, {"name": name, "email": email})


def _success(session: Thing) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


@blueprint.get("/challenge/<given>")
def challenge(given: str) -> Response | Redirect:
    """The bank asks whether it is really the payer."""
    ctx = _context()
    intent = _asked(ctx.store, given)
    session = _session_of(ctx.store, given)
    if intent is None:
        return show(session["id"]) if session else _page("gone.html", None, 404)
    return _page("challenge.html", session, intent=intent)


@blueprint.post("/challenge/<given>")
def answer_challenge(given: str) -> Response | Redirect:
    """The payer says yes or fails."""
    ctx = _context()
    with ctx.store.transaction():
        intent = _asked(ctx.store, given)
        session = _session_of(ctx.store, given)
        if intent is None:
            return show(session["id"]) if session else _page("gone.html", None, 404)
        passed = request.form.get("answer") == "complete"
        problem = _settle(ctx, session, intent, passed=passed)
    if session is not None:
        return _form(ctx, session, {}, {"form": problem}) if problem else redirect(_success(session), 303)
    back = ctx.store.private(given).get("return_url")
    return redirect(back, 303) if back else _page("gone.html", None, 200)


def _settle(ctx: Context, session: Thing | None, intent: Thing, *, passed: bool) -> str:
    """Empty when the payment went through, else why not."""
    try:
        if session is not None:
            checkout_paying.challenge_answered(ctx, session, intent, passed=passed)
        else:
            answer = (
                setups.answer_challenge if intent["object"] == "setup_intent" else paying.answer_challenge
            )
            answer(ctx, intent, passed=passed)
    except ApiError as error:
        return str(error)
    return ""


def _asked(store: Store, given: str) -> Thing | None:
    """The intent that waits for the payer's answer."""
    intent = store.get("payment_intent", given) or store.get("setup_intent", given)
    return intent if intent is not None and intent["status"] == "requires_action" else None


def _session_of(store: Store, given: str) -> Thing | None:
    found = store.where("checkout.session", payment_intent=given) or store.where(
        "checkout.session", setup_intent=given
    )
    return found[0] if found else None
