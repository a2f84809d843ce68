"""Reports syncs to Sync Operations: batches reports, retries, honours cancel and pause, goes on from a checkpoint."""

from .api import Progress, Problem
from .client import Client
from .reporter import RunningSync
from .sender import SyncStopped
from .with_sync import with_sync

__all__ = ["Client", "Problem", "Progress", "RunningSync", "SyncStopped", "with_sync"]
