"""The database server: a private one for the demo, migrations, and what to say when it cannot be reached."""
