"""What an article or message should not say or hold, beyond what makes it unreadable; `registry` lists every rule."""
