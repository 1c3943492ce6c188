"""The preset ``online-retail``: the files of another system, read as they are."""
