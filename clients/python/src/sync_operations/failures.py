"""The failed items that are not in the audit trail yet, as the integration guide writes them."""

from __future__ import annotations

import uuid
from typing import Any, Dict, List, Optional, Tuple, Union

from .client import Client
from .sender import PatientSender

#: Entries of one request: at this length of a message, a third of what a request may have.
CHUNK = 500
MAX_MESSAGE = 4_000
MAX_ID = 500


class FailureLog:
    """Filled by the threads of the work under the reporter's lock, and emptied by the thread that sends."""

    def __init__(self, client: Client, sync: Dict[str, Any]) -> None:
        self._client = client
        self._sync = sync
        self._waiting: List[Dict[str, Any]] = []
        #: The request that is not answered yet, under the key that keeps it from being written twice.
        self._open: Optional[Tuple[str, List[Dict[str, Any]]]] = None

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, item: Union[str, int, None], error: object) -> None:
        message = str(error)[:MAX_MESSAGE] or type(error).__name__
        item = item[:MAX_ID] if isinstance(item, str) else item
        details = {"error": message} if item is None else {"item": item, "error": message}
        entry = {"activity_type": "batch_process", "status": "completed_with_errors", "error_message": message}
        self._waiting.append({**self._sync, **entry, "details": details})

    def flush(self, sender: PatientSender) -> None:
        """Sends what was added before the call."""
        left = len(self._waiting)
        while left > 0:
            key, items = self._open = self._open or (str(uuid.uuid4()), self._waiting[:CHUNK])
            sender.send(
                lambda timeout: self._client.call(
                    "appendActivity", body={"items": items}, headers={"Idempotency-Key": key}, timeout=timeout
                )
            )
            self._open = None
            del self._waiting[: len(items)]
            left -= len(items)
