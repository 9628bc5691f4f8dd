"""What exists elsewhere (a console draft, a published article, a page, a Word file) as the files of a campaign.

Pure: bytes and text go in, files come out. `massctl.cli.commands.import_campaign` reads, downloads and writes.
"""
