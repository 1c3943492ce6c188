"""Countries and their regions as codes, however they are typed."""
