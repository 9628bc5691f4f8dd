"""Named audiences: from a file, a query or other audiences to an encrypted snapshot, and exact arithmetic over people.

No openid leaves this package but into a snapshot, a request of `apply`, or a file that a person asked for.
"""
