"""What happens after the request: every change that someone subscribed to is delivered to them, signed."""
