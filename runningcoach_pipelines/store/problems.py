"""What can be wrong with the database, in a module that costs nothing to import."""


class DatabaseUnavailable(RuntimeError):
    """PostgreSQL cannot be used: the message says which server, why, and what to do."""
