"""Orders in the making: lines, quantities, colors."""
