"""Answers kept close: in this process (`memory.py`), and in Redis for all of them (`shared.py`).

`edge.py` answers from them, `fills.py` fills them, and `coherence.py` knows until when they are what the log says.
"""
