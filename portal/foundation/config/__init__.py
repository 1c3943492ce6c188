"""Settings, read once from the environment. Every name here is described in docs/settings.md."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from portal.foundation.config.seller import NOT_TOLD, Seller, read_seller
from portal.foundation.secrets.stripe_settings import STRIPE_API, StripeSettings, is_loopback
from portal.foundation.secrets.weak import is_guessable

REPO_ROOT = Path(__file__).resolve().parents[3]
PACKAGE_ROOT = Path(__file__).resolve().parents[2]
AMOUNT = re.compile(r"[0-9]{1,7}(\.[0-9]{1,3})?")


class ConfigError(Exception):
    """A setting is missing or wrong. The message is one sentence for the administrator."""


@dataclass(frozen=True)
class Settings:
    """What one deployment is told. Immutable; made by :func:`from_environment` or by tests."""

    database_url: str
    secret_key: str
    var_dir: Path
    environment: str = "production"
    public_url: str = "http://127.0.0.1:8000"
    trusted_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    trusted_proxies: int = 0
    smtp_url: str = ""
    mail_from: str = "orders@demo.example"
    seller_name: str = "Counterpart"
    seller: Seller = NOT_TOLD
    demo: bool = False
    log_format: str = "json"
    bind: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    threads: int = 2
    pool_size: int = 8
    max_body_bytes: int = 2 * 1024 * 1024
    session_idle_hours: int = 72
    staff_idle_hours: int = 8
    # Whether the seller's own people need a second factor.
    staff_second_factor: bool = False
    session_max_days: int = 30
    lookups_per_minute: int = 60
    lookups_per_hour: int = 600
    time_zone: str = "America/New_York"
    write_off_limit: Decimal = Decimal("5.00")
    # Whether a tax certificate counts before the seller has accepted it, and how many years ahead it may end.
    exempt_at_once: bool = False
    exemption_years: int = 10
    # Where sales tax is rounded: on each line, or once on the order (document).
    tax_rounding: str = "line"
    stripe_key: str = ""
    stripe_webhook_secret: str = ""
    stripe_api: str = STRIPE_API

    @property
    def payments(self) -> str:
        """How cards and bank debits are taken: off, demo (the sandbox's Stripe) or stripe (the real one)."""
        if not self.stripe_key:
            return "off"
        return "stripe" if self.stripe_api == STRIPE_API else "demo"

    @property
    def payments_are_tests(self) -> bool:
        """True while no real money moves: the sandbox, or Stripe's test mode."""
        return self.payments == "demo" or self.stripe_key.startswith(("sk_test_", "rk_test_"))

    @property
    def is_secure(self) -> bool:
        """True when the portal is reached over HTTPS, so cookies may be marked Secure."""
        return urlsplit(self.public_url).scheme == "https"

    def __repr__(self) -> str:
        # The generated one would put the secret key and the database password into logs.
        return f"<Settings {self.environment} {self.public_url}>"


def resource_dir(name: str) -> Path:
    """Folder with the templates, static files or migrations: in the wheel, or beside it in a checkout."""
    packaged = PACKAGE_ROOT / "resources" / name
    return packaged if packaged.is_dir() else REPO_ROOT / name


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Build the settings from environment variables.

    :raises ConfigError: when a value is missing or not understood; the first one that is found.
    """
    env = os.environ if environ is None else environ
    environment = env.get("PORTAL_ENV", "production")
    if environment not in {"production", "development"}:
        raise ConfigError(f"PORTAL_ENV is {environment!r}; use production or development.")
    database_url = env.get("DATABASE_URL", "")
    if not database_url:
        raise ConfigError("DATABASE_URL is not set; give it the address of a PostgreSQL 16 or newer.")
    settings = Settings(
        database_url=database_url,
        secret_key=_secret(env, environment),
        var_dir=var_dir(env),
        environment=environment,
        seller_name=env.get("PORTAL_SELLER_NAME", Settings.seller_name),
        seller=_seller(env),
        log_format=env.get("PORTAL_LOG_FORMAT", "json" if environment == "production" else "text"),
        time_zone=_zone(env),
        write_off_limit=_amount(env, "PORTAL_WRITE_OFF_LIMIT", Settings.write_off_limit),
        exempt_at_once=_flag(env, "PORTAL_EXEMPT_AT_ONCE"),
        exemption_years=_years(env),
        tax_rounding=_tax_rounding(env),
    )
    return _with_stripe(env, _with_limits(env, _with_addresses(env, settings)))


def _with_addresses(env: Mapping[str, str], settings: Settings) -> Settings:
    """Where the portal is reached and where its mails come from."""
    public_url = env.get("PORTAL_PUBLIC_URL", Settings.public_url).rstrip("/")
    host = _host(public_url, settings.environment)
    bind, demo = env.get("PORTAL_BIND", Settings.bind), _flag(env, "PORTAL_DEMO")
    if demo and not (is_loopback(host) and is_loopback(bind)):
        raise ConfigError(
            "PORTAL_DEMO is on, but PORTAL_PUBLIC_URL or PORTAL_BIND is an address others can reach; "
            "demo people have a known password, so the demo runs on 127.0.0.1 only."
        )
    more_hosts = (each.strip() for each in env.get("PORTAL_TRUSTED_HOSTS", "").split(","))
    return replace(
        settings,
        public_url=public_url,
        trusted_hosts=(host, *filter(None, more_hosts)),
        demo=demo,
        bind=bind,
        smtp_url=env.get("PORTAL_SMTP_URL", ""),
        mail_from=env.get("PORTAL_MAIL_FROM", f"orders@{'localhost' if is_loopback(host) else host}"),
    )


def _host(public_url: str, environment: str) -> str:
    address = urlsplit(public_url)
    if address.hostname is None:
        raise ConfigError(
            f"PORTAL_PUBLIC_URL is {public_url!r}; it needs the form https://orders.example.com."
        )
    if environment == "production" and address.scheme != "https" and not is_loopback(address.hostname):
        raise ConfigError(
            f"PORTAL_PUBLIC_URL is {public_url}; in production it begins with https://, "
            "otherwise passwords and sessions travel in the clear."
        )
    return address.hostname


def _with_limits(env: Mapping[str, str], settings: Settings) -> Settings:
    """How much the portal serves at a time, for how long a session lasts, and how much staff look at."""
    return replace(
        settings,
        trusted_proxies=_integer(env, "PORTAL_TRUSTED_PROXIES", Settings.trusted_proxies),
        port=port(env),
        workers=max(1, _integer(env, "PORTAL_WORKERS", Settings.workers)),
        threads=max(1, _integer(env, "PORTAL_THREADS", Settings.threads)),
        pool_size=_integer(env, "PORTAL_POOL_SIZE", Settings.pool_size),
        max_body_bytes=_integer(env, "PORTAL_MAX_BODY_BYTES", Settings.max_body_bytes),
        session_idle_hours=_integer(env, "PORTAL_SESSION_IDLE_HOURS", Settings.session_idle_hours),
        staff_idle_hours=_integer(env, "PORTAL_STAFF_IDLE_HOURS", Settings.staff_idle_hours),
        session_max_days=_integer(env, "PORTAL_SESSION_MAX_DAYS", Settings.session_max_days),
        lookups_per_minute=max(1, _integer(env, "PORTAL_LOOKUPS_PER_MINUTE", Settings.lookups_per_minute)),
        lookups_per_hour=max(1, _integer(env, "PORTAL_LOOKUPS_PER_HOUR", Settings.lookups_per_hour)),
        staff_second_factor=_flag(
            env, "PORTAL_STAFF_SECOND_FACTOR", settings.environment == "production" and not settings.demo
        ),
    )


def _with_stripe(env: Mapping[str, str], settings: Settings) -> Settings:
    given = StripeSettings(
        env.get("PORTAL_STRIPE_KEY", "").strip(),
        env.get("PORTAL_STRIPE_WEBHOOK_SECRET", "").strip(),
        env.get("PORTAL_STRIPE_API", "").strip().rstrip("/") or STRIPE_API,
    )
    for fault in given.faults(demo=settings.demo):
        raise ConfigError(fault)
    return replace(
        settings, stripe_key=given.key, stripe_webhook_secret=given.webhook_secret, stripe_api=given.api
    )


def var_dir(environ: Mapping[str, str] | None = None) -> Path:
    """Folder for everything the portal keeps on disk: PORTAL_VAR, or ``var`` in the current checkout."""
    env = os.environ if environ is None else environ
    return Path(env.get("PORTAL_VAR") or REPO_ROOT / "var").expanduser().resolve()


def port(environ: Mapping[str, str] | None = None) -> int:
    """The port to serve on: PORTAL_PORT, or 8000."""
    number = _integer(os.environ if environ is None else environ, "PORTAL_PORT", 8000)
    if not 0 < number < 65536:
        raise ConfigError(f"PORTAL_PORT is {number}; a port is a number from 1 to 65535.")
    return number


def _secret(env: Mapping[str, str], environment: str) -> str:
    secret = env.get("PORTAL_SECRET_KEY", "")
    if environment == "production" and (len(secret) < 32 or is_guessable(secret)):
        raise ConfigError(
            "PORTAL_SECRET_KEY is missing or shorter than 32 characters, or easy to guess (repeated, or a sample); "
            "make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'."
        )
    return secret or "development-only-" + "0" * 32


def _seller(env: Mapping[str, str]) -> Seller:
    try:
        return read_seller(env)
    except ValueError as error:
        raise ConfigError(str(error)) from error


def _zone(env: Mapping[str, str]) -> str:
    name = env.get("PORTAL_TIME_ZONE", "") or "America/New_York"
    if name not in available_timezones():
        raise ConfigError(f"PORTAL_TIME_ZONE is {name!r}; use a name like America/New_York or Europe/London.")
    return name


def _integer(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit()):
        raise ConfigError(f"{name} is {text!r}; it must be a whole number.")
    return int(text)


def _amount(env: Mapping[str, str], name: str, default: Decimal) -> Decimal:
    text = env.get(name, "")
    if not text:
        return default
    if not AMOUNT.fullmatch(text):
        raise ConfigError(f"{name} is {text!r}; it must be an amount like 5.00, without a currency.")
    return Decimal(text)


def _tax_rounding(env: Mapping[str, str]) -> str:
    rounding = env.get("PORTAL_TAX_ROUNDING") or Settings.tax_rounding
    if rounding not in {"line", "document"}:
        raise ConfigError(f"PORTAL_TAX_ROUNDING is {rounding!r}; use line or document.")
    return rounding


def _years(env: Mapping[str, str]) -> int:
    years = _integer(env, "PORTAL_EXEMPTION_YEARS", Settings.exemption_years)
    if not 1 <= years <= 50:
        raise ConfigError(f"PORTAL_EXEMPTION_YEARS is {years}; use 1 to 50.")
    return years


def _flag(env: Mapping[str, str], name: str, default: bool = False) -> bool:
    text = env.get(name, "").lower()
    if not text:
        return default
    if text in {"0", "no", "false"}:
        return False
    if text in {"1", "yes", "true"}:
        return True
    raise ConfigError(f"{name} is {text!r}; use yes or no.")
