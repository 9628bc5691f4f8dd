"""Whether articles arrive whole: any folder of Markdown, rendered and compared with what its source says.

`PYTHONPATH=tests:tests/pages python -m corpus FOLDER [--chromium]` reads every `.md` below FOLDER. What the source says
is read by the plain parser, without anything of ours; what arrives is read from the rendered body.
"""
