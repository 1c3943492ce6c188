"""The demo company: a made-up maker of professional coatings with stores, products, customers and their orders.

Every name, address, number and price in it is invented. `python -m sandbox.demo --out DIR` writes the files that
docs/data-formats.md describes; the same arguments give the same bytes.
"""
