"""The processes behind `runningcoach up`: started together, watched, and stopped without a trace.

`stack.py` says which they are; the rest knows nothing of Dagster or Streamlit. The database server is not among
them: it outlives single commands (`store/embedded`).
"""

from runningcoach_pipelines.services.service import Service, ServiceError
from runningcoach_pipelines.services.supervisor import require_startable, supervise

__all__ = ["Service", "ServiceError", "require_startable", "supervise"]
