"""Bytes to bytes: recognise, measure and prepare pictures so that WeChat takes them.

Invariants: no disk, no clock, no randomness; the same bytes in give the same bytes out; whatever comes in,
memory and time stay bounded and the answer is a value, never an exception. The container of a picture is
read here, in a few lines of Python per format, and judged before Pillow sees a byte; Pillow then gets only
what pixels need (no EXIF, no text, no thumbnails) and is imported where a picture is really decoded.
Deliberately absent: file names, caches, uploads.
"""
