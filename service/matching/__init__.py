"""Which claims a text repeats: its passages, the numbers in them, and what a claim makes of each. Pure."""
