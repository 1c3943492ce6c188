"""Stand-ins for the outside world. The portal never imports this package and the wheel does not carry it."""
