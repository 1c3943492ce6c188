"""Running the portal: the web server, and ``portal run``, which starts and stops everything on one machine."""
