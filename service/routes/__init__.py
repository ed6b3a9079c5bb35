"""What callers can ask: a module for each resource, handlers only."""
