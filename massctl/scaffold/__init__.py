"""`massctl init`: the files of a repository that validates, plans and applies in the sandbox at once."""
