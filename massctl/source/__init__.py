"""The working tree as campaigns: YAML with places, settings, files read safely, and the JSON Schemas.

Everything wrong in a file becomes a diagnostic with a place; nothing here stops at the first fault. No
file outside the repository is ever opened, nothing is executed, and nothing is written.
"""
