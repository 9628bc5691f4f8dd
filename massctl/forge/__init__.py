"""What the jobs of a forge (GitHub) hand each other, and the one comment that it is asked to show.

    artefact       the file that another job left, read as data: which, how large, of what shape
    lock_bundle    locks on their way from the job that renders to the job that commits
    events         what GitHub says about the run that called this one
    pull_requests  which pull request a run belongs to, and its one comment

Invariant: nothing that a pull request wrote decides where anything is written: not which pull request gets a comment,
not which file is written. Deliberately absent: every other use of a forge's API.
"""
