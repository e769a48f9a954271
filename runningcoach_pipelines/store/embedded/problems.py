"""What can go wrong with the embedded PostgreSQL; every message names the thing, the cause and the remedy."""

from runningcoach_pipelines.store.problems import DatabaseUnavailable


class EmbeddedDatabaseError(DatabaseUnavailable):
    """The embedded PostgreSQL cannot be made, started, reached or stopped."""


class PortTaken(EmbeddedDatabaseError):
    """Another program listens on the port of the embedded PostgreSQL."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"port {port} of the embedded PostgreSQL is taken by another program: "
            "stop that program, or set RUNNINGCOACH_PG_PORT to a free port"
        )
        self.port = port
