"""Answers kept close: today in Redis (`shared.py`); the process's own level (`memory.py`, `edge.py`) comes here.

`coherence.py` will listen for positions; until then every read asks Postgres which position is newest, so a cached
answer is never stale.
"""
