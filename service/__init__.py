"""What callers ask, and how it is answered."""
