"""The words: what goes over the wire and into the log. Imports nothing of ours but itself."""
