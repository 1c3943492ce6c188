"""A mailbox for everybody: takes every mail the portal sends and shows it on a web page, on loopback only."""
