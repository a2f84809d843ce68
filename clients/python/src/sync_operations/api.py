"""What of the API is used. A test holds it equal to openapi.json."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, TypedDict

#: operation id -> method and path
OPERATIONS = {
    "startSync": ("POST", "/api/sync/progress"),
    "getSync": ("GET", "/api/sync/progress/{sync_id}"),
    "reportProgress": ("PATCH", "/api/sync/progress/{sync_id}"),
    "completeSync": ("POST", "/api/sync/progress/{sync_id}/complete"),
    "failSync": ("POST", "/api/sync/progress/{sync_id}/fail"),
    "appendActivity": ("POST", "/api/sync/activity"),
}


class Progress(TypedDict):
    """A sync as the service shows it. Times are RFC 3339 in UTC."""

    id: str
    org_id: str
    sync_id: str
    entity_type: str
    source_system: str
    total_items: Optional[int]
    processed_count: int
    failed_count: int
    current_item: Optional[int]
    initiated_by: Optional[str]
    status: str
    started_at: str
    updated_at: str
    completed_at: Optional[str]
    error_message: Optional[str]
    checkpoint: Optional[Dict[str, Any]]
    cancel_requested: bool
    pause_requested: bool
    requested_at: Optional[str]
    requested_by: Optional[str]
    rate_limited_until: Optional[str]
    waiting_reason: Optional[str]
    next_try_at: Optional[str]
    workers: Optional[Dict[str, Dict[str, int]]]
    idle_seconds: float
    recent_items: float
    elapsed_seconds: float
    speed_items_per_min: Optional[float]
    eta_seconds: Optional[float]


class Problem(TypedDict, total=False):
    """Why the service refused (RFC 9457). Switch on ``type``."""

    type: str
    title: str
    status: int
    detail: str
    errors: List[Dict[str, str]]
    request_id: str
