"""One request and its answer."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Callable, Mapping, NamedTuple, Optional, Union

from .api import OPERATIONS


class Answer(NamedTuple):
    """status is None where no answer came; body is None where it could not be read."""

    status: Optional[int]
    headers: Mapping[str, str]
    body: Any
    error: Optional[Exception] = None


class Client:
    """Where the service is, and who asks. A token may be a function that returns a fresh one."""

    def __init__(
        self,
        base_url: str,
        *,
        api_key: Optional[str] = None,
        token: Union[str, Callable[[], str], None] = None,
        org_id: Optional[str] = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._token = token
        self._org_id = org_id

    def call(
        self,
        operation: str,
        *,
        sync_id: str = "",
        body: Optional[Mapping[str, Any]] = None,
        headers: Optional[Mapping[str, str]] = None,
        timeout: float = 30,
    ) -> Answer:
        """Sends an operation once. Never raises for what the network or the service does."""
        method, path = OPERATIONS[operation]
        path = path.replace("{sync_id}", urllib.parse.quote(sync_id, safe=""))
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base_url + path, data=data, method=method)
        for name, value in {**self._credentials(), **(headers or {})}.items():
            request.add_header(name, value)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                return self._read(response.status, response.headers, response)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return self._read(refusal.code, refusal.headers, refusal)
        except Exception as error:  # of many kinds: OSError, http.client.HTTPException, ssl
            return Answer(None, {}, None, error)

    def _credentials(self) -> Mapping[str, str]:
        token = self._token() if callable(self._token) else self._token
        found = {"Authorization": f"Bearer {token}"} if token else {"X-Api-Key": self._api_key or ""}
        return {**found, "X-Org-Id": self._org_id} if self._org_id else found

    @staticmethod
    def _read(status: int, headers: Mapping[str, str], response: Any) -> Answer:
        try:
            return Answer(status, headers, json.loads(response.read()))
        except Exception as error:  # cut off on its way, or a page of a proxy
            return Answer(status, headers, None, error)
