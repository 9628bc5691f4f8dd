"""Bytes to bytes: recognise, measure and prepare pictures so that WeChat takes them.

Invariants: no disk, no clock, no randomness. The same bytes in give the same bytes out. Memory and time are bounded for
every input, and the answer is a value, never an exception. Whether a picture is converted depends only on its source,
so each machine gives it the same name. Deliberately absent: file names, caches, uploads.
"""
