"""Reading files into the database, whatever they hold: cells, rows, look-ups, chunks and rejected rows.

What each file holds is declared by its noun, in ``files.py``; docs/data-formats.md describes them.
"""
