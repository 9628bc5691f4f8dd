"""The working tree as campaigns: YAML with places, settings, files read safely, and the JSON Schemas.

Everything wrong in a file becomes a diagnostic with a place; nothing here stops at the first fault. No
file of a campaign is opened outside the repository. git lists the files, a child process may render, and what is
written is locks, the picture cache, the folder of `new` and the lineage in massctl.yaml.
"""
