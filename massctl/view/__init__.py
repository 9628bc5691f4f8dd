"""What people and machines read: values in, text out. Pure: no clock, no disk, no terminal.

Language, style and width are arguments; who knows the terminal decides them (`massctl.cli.output`).
"""
