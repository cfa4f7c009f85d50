"""How a worker leaves a job between two steps when it has been asked to stop."""


class Stopping(Exception):
    """Not an error: the job is handed back as it is."""
