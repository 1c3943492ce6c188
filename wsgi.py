"""What a production server imports: ``wsgi:app``."""

from portal.app import create_app

app = create_app()
