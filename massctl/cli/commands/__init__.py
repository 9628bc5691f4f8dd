"""One file a verb. Each is imported only when its verb is typed."""
