"""What the jobs of a forge hand each other, and what a forge is asked.

    events         what GitHub says about the run that called this one
    review_file    what the job that renders a pull request leaves, read as data: which, how large, of what shape
    port           comments, statuses, changed files and approvals, whatever the forge
    github, gitlab  their answers to the port, on `rest`
    remembering_line  asks again only whether something is still so
    sign_in, keychain  a person's sign-in at a desk, kept by the system
    registry       the forges by the names that massctl.yaml has for them
    protection     what keeps others of a repository on GitHub from sending, and how it is mended

Invariant: nothing that a pull request wrote decides where anything is written: not which pull request gets a comment,
not which commit a status, not which file is written. Deliberately absent: every other use of a forge's API.
"""
