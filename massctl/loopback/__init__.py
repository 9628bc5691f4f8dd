"""Serves an app on loopback, and nowhere else: for the sandbox and for `massctl serve`."""
