"""What files say of people, beside what administrators and people themselves decided in the portal."""
