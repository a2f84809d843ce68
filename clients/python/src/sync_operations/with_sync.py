"""A sync from its start to its end."""

from __future__ import annotations

import os
import signal
import threading
import uuid
from typing import Any, Callable, Dict, Optional

from .api import Progress
from .client import Client
from .reporter import ItemId, RunningSync
from .sender import PatientSender, SyncStopped

SIGNALS = (signal.SIGTERM, signal.SIGINT)
MAX_ERROR_MESSAGE = 10_000


def with_sync(
    client: Client,
    work: Callable[[RunningSync], Any],
    *,
    entity_type: str,
    source_system: str,
    sync_id: Optional[str] = None,
    total_items: Optional[int] = None,
    initiated_by: Optional[str] = None,
    item_id: Optional[ItemId] = None,
    every_seconds: float = 2.0,
    every_items: int = 500,
    heartbeat_seconds: float = 30.0,
    max_unreported: int = 10_000,
    first_retry_seconds: float = 0.5,
    give_up_after_seconds: float = 900.0,
    exit_grace_seconds: float = 8.0,
    handle_signals: bool = True,
) -> Progress:
    """Runs ``work`` as a sync: starts it or goes on with it, reports what the work counts, and ends it when the work has returned.

    What ``work`` raises fails the sync and is raised on. Returns the sync as it ended; cancelled when an operator cancelled it. A sync that
    was completed before is returned without running the work. Raises SyncStopped when it cannot go on: ``interrupted`` (a signal; the next
    process with the same ``sync_id`` goes on with it), ``ended`` or ``refused``.
    """
    sender = PatientSender(give_up_after_seconds, first_retry_seconds)
    known = {"sync_id": sync_id or f"sync-{uuid.uuid4()}", "entity_type": entity_type, "source_system": source_system}
    # A total of 0 would end the sync before the work has looked.
    optional = {"total_items": total_items or None, "initiated_by": initiated_by}
    found = _start(client, sender, {**known, **{name: value for name, value in optional.items() if value is not None}})
    if found["completed_at"] is not None:
        return _ended(found)
    sync = RunningSync(
        client,
        found,
        sender,
        initiated_by=initiated_by,
        item_id=item_id,
        every_seconds=every_seconds,
        every_items=every_items,
        heartbeat_seconds=heartbeat_seconds,
        max_unreported=max_unreported,
    )
    restore = _listen(lambda: sync.interrupt(exit_grace_seconds)) if handle_signals else lambda: None
    try:
        return _run(sync, work)
    finally:
        sync.close()
        restore()


def _run(sync: RunningSync, work: Callable[[RunningSync], Any]) -> Progress:
    error: Optional[BaseException] = None
    try:
        work(sync)
    except BaseException as raised:
        error = raised
    # What the work raises because it is stopping is no failure.
    stop = sync.stopped if error is not None or sync.stop_is_told else None
    if stop is None:
        if error is None:
            return sync.complete()
        try:
            sync.fail(str(error)[:MAX_ERROR_MESSAGE] or type(error).__name__)
        except SyncStopped:
            pass  # what the work raised says more
        raise error
    if stop.reason == "interrupted":
        sync.leave()
    if stop.reason == "cancelled":
        return sync.confirm_cancel()
    if stop.reason == "ended":
        # A cancel that was not confirmed in time ended it as cancelled.
        now = sync.read()
        if now["status"] == "cancelled":
            return now
    raise stop


def _start(client: Client, sender: PatientSender, body: Dict[str, Any]) -> Progress:
    try:
        return sender.send(lambda timeout: client.call("startSync", body=body, timeout=timeout))
    except SyncStopped as stop:
        # Another process started it when the source had another size: the sync is the same.
        problem = stop.problem or {}
        is_other_total = all(error.get("pointer") == "#/total_items" for error in problem.get("errors", [{}]))
        if not problem.get("type", "").endswith(":sync-exists") or not is_other_total:
            raise
        return sender.send(lambda timeout: client.call("getSync", sync_id=body["sync_id"], timeout=timeout))


def _ended(sync: Progress) -> Progress:
    if sync["status"] in ("completed", "completed_with_errors"):
        return sync
    raise SyncStopped(
        "ended", f'The sync "{sync["sync_id"]}" ended as {sync["status"]}; start one with another sync_id.'
    )


def _listen(on_exit: Callable[[], None]) -> Callable[[], None]:
    """Calls on_exit when the process is asked to exit. The returned function then lets the signal do what it would have done."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None  # Python takes signals in its main thread only
    received = []

    def handler(number: int, _frame: Any) -> None:
        received.append(number)
        if len(received) > 1:
            return restore()  # who asks twice does not want to wait
        # In a thread of its own: this one may hold any lock.
        threading.Thread(target=on_exit, daemon=True).start()

    before = {number: signal.signal(number, handler) for number in SIGNALS}

    def restore() -> None:
        for number, previous in before.items():
            signal.signal(number, previous)
        if received:
            os.kill(os.getpid(), received[0])

    return restore
