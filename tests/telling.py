"""What whoever runs tests with `-s` hears meanwhile."""

import sys


def tell(sentence: str) -> None:
    """To whoever waits for it."""
    sys.stdout.write(f"· {sentence}\n")
    sys.stdout.flush()
