"""The desk (写字台): the pages of `serve`, and what writes letters into a working copy and asks for their review.

It knows no secret of WeChat, and no code in it can send. See `docs/security.md`.
"""
