"""Requests made from the contract, thousands of them, to the real API: whatever they ask, what it promises holds."""
