"""Reports one sync.

1. Counts are totals and go with their checkpoint in one report, so a report that is sent twice counts once, and a process that goes on
   from the checkpoint goes on from its counts.
2. One thread sends; what happens meanwhile goes with the next report. A failed item is in the trail before it is counted.
3. Reaching the total would end the sync, so the counts that reach it are held back until the work has returned.
4. A request to stop is told by each ``done`` or ``failed`` that follows, once its item is counted: what is done is done. Nothing is counted
   after the last report.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Callable, Dict, Optional, Union

from .api import Progress
from .client import Client
from .failures import FailureLog
from .sender import PatientSender, SyncStopped

#: Failed items wait for the trail with their messages; their number bounds the memory.
MAX_FAILURES_WAITING = 1_000

Checkpoint = Dict[str, Any]
ItemId = Callable[[Any], Union[str, int, None]]


class RunningSync:
    """The sync that the work reports to. Its methods may be called from any thread."""

    def __init__(
        self,
        client: Client,
        progress: Progress,
        sender: PatientSender,
        *,
        initiated_by: Optional[str],
        item_id: Optional[ItemId],
        every_seconds: float,
        every_items: int,
        heartbeat_seconds: float,
        max_unreported: int,
    ) -> None:
        self._client = client
        self._sender = sender
        self._item_id = item_id or _id_of
        self._every_seconds = every_seconds
        self._every_items = every_items
        self._heartbeat_seconds = heartbeat_seconds
        self._max_unreported = max_unreported
        sync = {name: progress[name] for name in ("sync_id", "entity_type", "source_system")}  # type: ignore[literal-required]
        self._failures = FailureLog(client, {**sync, "user_id": initiated_by} if initiated_by else sync)
        self._changed = threading.Condition()
        self._processed = progress["processed_count"]
        self._failed = progress["failed_count"]
        self._reported = self._processed + self._failed
        self._total = progress["total_items"]
        self._total_changed = False
        self._latest: Optional[Checkpoint] = None
        self._last_sent = time.monotonic()
        self._paused = 0
        self._closed = False
        self._stop: Optional[SyncStopped] = None
        #: Whether the work knows of it: work that has returned before is complete.
        self.stop_is_told = False
        #: Set when the sync is cancelled, has ended, or the process is asked to exit. What takes long looks at it.
        self.stopping = threading.Event()
        #: Where to go on: what the last report of an earlier process held. Empty in a new sync.
        self.checkpoint: Checkpoint = progress["checkpoint"] or {}
        #: What the service last answered, with speed and ETA.
        self.progress = progress
        self._heed(progress)
        self._thread = threading.Thread(target=self._report_until_closed, name="sync-reports", daemon=True)
        self._thread.start()

    @property
    def sync_id(self) -> str:
        return self.progress["sync_id"]

    @property
    def stopped(self) -> Optional[SyncStopped]:
        """Why the work has to end, once something asks for it."""
        return self._stop

    def done(self, item: Any = None, checkpoint: Optional[Checkpoint] = None) -> None:
        """Counts an item that succeeded.

        Waits while the sync is paused or too much is unreported. Raises SyncStopped when the work must end. The checkpoint, any JSON
        object up to 64 KiB, says that everything up to here is done.
        """
        with self._changed:
            self._refuse_after_last_report()
            self._processed += 1
            self._counted(checkpoint)

    def failed(self, item: Any, error: object, checkpoint: Optional[Checkpoint] = None) -> None:
        """Counts an item that failed, and writes its error into the audit trail. Waits and raises as ``done``."""
        # `done` raised it to the handler that reports failed items: its item is counted already.
        if isinstance(error, SyncStopped):
            raise error
        with self._changed:
            self._refuse_after_last_report()
            self._failed += 1
            self._failures.add(self._item_id(item), error)
            self._counted(checkpoint)

    def set_total(self, total_items: int) -> None:
        """The total, when it becomes known or changes."""
        with self._changed:
            self._total_changed = self._total_changed or total_items != self._total
            self._total = total_items

    def interrupt(self, grace_seconds: float) -> None:
        """The process is to exit: the work ends after its present item, and what is done is reported within the grace."""
        self._sender.hurry(grace_seconds)
        self._stop_for(SyncStopped("interrupted", "The process is asked to exit."))

    def complete(self) -> Progress:
        """Reports what is left and ends the sync."""
        self._settle(is_last=True)
        if self.progress["completed_at"] is not None:
            return self.progress
        return self._call("completeSync", self._counts())

    def fail(self, error_message: str) -> Progress:
        self._settle(is_last=True)
        return self._call("failSync", {**self._counts(), "error_message": error_message})

    def confirm_cancel(self) -> Progress:
        self._settle(is_last=True, status="cancelled")
        return self.progress

    def leave(self) -> None:
        """Reports what is left, and leaves the sync to the process that goes on with it."""
        self._settle(is_last=False)

    def read(self) -> Progress:
        return self._call("getSync")

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _settle(self, *, is_last: bool, status: Optional[str] = None) -> None:
        self.close()
        self._send(self._snapshot(is_last=is_last), status)

    def _counted(self, checkpoint: Optional[Checkpoint]) -> None:
        if checkpoint is not None:
            self._latest = checkpoint
        if self._unreported() >= self._every_items:
            self._changed.notify_all()
        while not self._stop and (
            (self._unreported() >= self._max_unreported and not self._is_held_back())
            or len(self._failures) >= MAX_FAILURES_WAITING
        ):
            self._changed.notify_all()
            self._changed.wait()
        if self.progress["pause_requested"] and not self._stop:
            self._paused += 1
            self._changed.notify_all()
            while self.progress["pause_requested"] and not self._stop:
                self._changed.wait()
            self._paused -= 1
        if self._stop:
            self.stop_is_told = True
            raise self._stop

    def _refuse_after_last_report(self) -> None:
        if self._closed:
            raise self._stop or SyncStopped("ended", "The work has returned; nothing is counted any more.")

    def _unreported(self) -> int:
        return self._processed + self._failed - self._reported

    def _is_held_back(self) -> bool:
        return self._processed + self._failed == self._total

    def _is_full(self) -> bool:
        many = self._unreported() >= min(self._every_items, self._max_unreported) and not self._is_held_back()
        return many or len(self._failures) >= MAX_FAILURES_WAITING

    def _report_until_closed(self) -> None:
        is_paused = False
        while True:
            with self._changed:
                until = time.monotonic() + self._every_seconds
                while not self._closed and not self._stop and time.monotonic() < until:
                    if (self._is_full() and not is_paused) or (self._paused and not is_paused):
                        break
                    self._changed.wait(max(until - time.monotonic(), 0))
                if self._closed or self._stop:
                    break
                wants_pause = bool(self._paused) and not is_paused
                body = self._snapshot()
                is_due = time.monotonic() - self._last_sent >= self._heartbeat_seconds
                is_new = bool(body) and (self._unreported() > 0 or self._total_changed)
                is_wanted = is_new or is_due or len(self._failures) > 0
            try:
                if is_paused:
                    self._heed(self.read())
                elif wants_pause or is_wanted:
                    self._send(body, "paused" if wants_pause else None)
            except SyncStopped as stop:
                self._stop_for(stop)
            is_paused = self.progress["pause_requested"] and (is_paused or wants_pause)
        self._report_before_exit()

    def _report_before_exit(self) -> None:
        """At once: nobody knows whether the present item ends before the process is killed."""
        if self._closed or not self._stop or self._stop.reason != "interrupted":
            return
        try:
            self._send(self._snapshot())
        except SyncStopped:
            pass  # the main thread tries again

    def _counts(self) -> Dict[str, Any]:
        return {"processed_count": self._processed, "failed_count": self._failed}

    def _snapshot(self, *, is_last: bool = False) -> Dict[str, Any]:
        if not is_last and self._is_held_back():
            return {}
        body = self._counts()
        counts = self._processed + self._failed
        if self._latest is not None:
            body["checkpoint"] = self._latest
        if self._total is not None and counts > self._total:
            body["total_items"] = counts if is_last else counts + 1
        elif self._total_changed:
            body["total_items"] = self._total
        return body

    def _send(self, body: Dict[str, Any], status: Optional[str] = None) -> None:
        self._failures.flush(self._sender)
        progress = self._call("reportProgress", {**body, "status": status} if status else body)
        with self._changed:
            self._last_sent = time.monotonic()
            self._reported = progress["processed_count"] + progress["failed_count"]
            if "total_items" in body and body["total_items"] == self._total:
                self._total_changed = False
        self._heed(progress)

    def _call(self, operation: str, body: Optional[Dict[str, Any]] = None) -> Progress:
        return self._sender.send(
            lambda timeout: self._client.call(operation, sync_id=self.sync_id, body=body, timeout=timeout)
        )

    def _heed(self, progress: Progress) -> None:
        with self._changed:
            self.progress = progress
            self._changed.notify_all()
        if progress["completed_at"] is not None and not self._closed:
            self._stop_for(SyncStopped("ended", f"The sync has ended as {progress['status']}."))
        elif progress["cancel_requested"]:
            self._stop_for(SyncStopped("cancelled", "An operator has cancelled the sync."))

    def _stop_for(self, stop: SyncStopped) -> None:
        with self._changed:
            self._stop = self._stop or stop
            self.stopping.set()
            self._changed.notify_all()


def _id_of(item: Any) -> Union[str, int, None]:
    found = item.get("id") if isinstance(item, dict) else getattr(item, "id", item)
    return found if isinstance(found, (str, int)) else None
