"""Every way in: HTTP, pages, command line and worker.

Knows how a request becomes one call of a service and how a job becomes the story in `pipeline`.
Must not know how anything is decided: no rule, no query, no arithmetic on money lives here.
"""
