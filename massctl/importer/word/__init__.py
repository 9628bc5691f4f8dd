"""Word files: what stands in one, as an article, and what an article lacks of it.

`package` opens the file, `choices` carries out what a person decided, `reader` makes an article, and
`baseline` lists what the file shows and compares it with what massctl rendered; `layout` counts what themes set. Only
this room imports lxml.
"""
