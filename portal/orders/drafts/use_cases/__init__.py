"""Orders in the making: use cases."""
