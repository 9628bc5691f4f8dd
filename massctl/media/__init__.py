"""Sounds and videos: bytes in, what they are and whether WeChat takes them out. Nothing is converted."""
