"""Commands that show what the portal is made of."""

from __future__ import annotations

import click


@click.command()
def routes() -> None:
    """List every address, its methods and the permission it needs."""
    import os
    from pathlib import Path

    from sqlalchemy import create_engine

    from portal.app import create_app
    from portal.foundation.config import Settings
    from portal.web.access import permission_of

    # Nothing is asked of the database, so none is needed.
    url = os.environ.get("DATABASE_URL") or "postgresql://localhost/none"
    settings = Settings(database_url=url, secret_key="-" * 32, var_dir=Path(), log_format="text")
    app = create_app(settings, create_engine("postgresql+psycopg://localhost/none"))
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        click.echo(f"{methods:<9} {rule.rule:<44} {permission_of(app, rule.endpoint) or ''}")
