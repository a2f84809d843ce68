"""Works through the items from where the last process stopped, and prints how the sync ended: reporter.process.ts in Python."""

import json
import sys

from sync_operations import Client, SyncStopped, with_sync

job = json.loads(sys.argv[1])
items = job["items"]


def work(sync):
    for at in range(sync.checkpoint.get("at", 0), len(items)):
        checkpoint = {"at": at + 1}
        try:
            if items[at] == "f":
                raise ValueError(f"item {at} is refused")
            sync.done(at, checkpoint)
        except Exception as error:
            sync.failed(at, error, checkpoint)


try:
    ended = with_sync(
        Client(job["url"], api_key=job["key"], org_id=job["org"]),
        work,
        sync_id=job["sync_id"],
        entity_type="customer",
        source_system="woocommerce",
        total_items=job.get("total_items"),
        every_seconds=0.02,
        every_items=job["every_items"],
        max_unreported=job.get("max_unreported", 10_000),
        first_retry_seconds=job["first_retry_ms"] / 1000,
    )
    print(json.dumps(ended))
except SyncStopped as stop:
    print(json.dumps({"stopped": stop.reason, "detail": str(stop)}))
