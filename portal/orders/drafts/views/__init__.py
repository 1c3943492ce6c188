"""Orders in the making: pages for customers."""
