"""Pages for people, as they come over HTTP."""
