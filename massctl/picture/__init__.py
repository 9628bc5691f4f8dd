"""Bytes to bytes: recognise, measure and prepare pictures so that WeChat takes them.

Invariants: no disk, no clock, no randomness; the same bytes in give the same bytes out; whatever comes in, memory and
time stay bounded and the answer is a value, never an exception. Whether a picture is converted depends on its source
alone, so that each machine gives it the same name. Deliberately absent: file names, caches, uploads.
"""
