"""Sends a request until it is answered. Only for requests that may arrive twice."""

from __future__ import annotations

import random
import threading
import time
from email.utils import parsedate_to_datetime
from typing import Any, Callable, Mapping, Optional

from .api import Problem
from .client import Answer

#: A request without an answer for so many seconds is sent again.
ANSWER_WITHIN = 30.0
#: A service that is restarted is back within seconds; one that is overloaded is not helped by haste.
MOST = 30.0
#: A service that asks for more is asked again anyway.
MOST_REQUESTED = 300.0


class SyncStopped(Exception):
    """The work must end: let it pass.

    reason: ``cancelled`` by an operator, ``interrupted`` (the process is to exit), ``ended`` by the service, or ``refused``.
    problem: what the service answered; None where it did not.
    """

    def __init__(self, reason: str, message: str, problem: Optional[Problem] = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.problem = problem


class PatientSender:
    def __init__(self, give_up_after: float, first_retry: float) -> None:
        self._give_up_after = give_up_after
        self._first_retry = first_retry
        self._deadline = float("inf")
        self._hurried = threading.Event()

    def hurry(self, seconds: float) -> None:
        """From now on there are only so many seconds left. Whoever waits tries again at once."""
        self._deadline = time.monotonic() + seconds
        self._hurried.set()

    def send(self, attempt: Callable[[float], Answer]) -> Any:
        """Returns the body. Raises SyncStopped when the service refuses, or is away for too long."""
        patient_until = time.monotonic() + self._give_up_after
        failures = 0
        while True:
            left = min(patient_until, self._deadline) - time.monotonic()
            answer = attempt(max(min(ANSWER_WITHIN, left), 0.001))
            failures += 1
            if answer.status is not None and answer.status < 300 and answer.error is None:
                return answer.body
            wait = self._wait(failures, answer)
            is_late = time.monotonic() + wait > min(patient_until, self._deadline)
            if not _is_passing(answer) or is_late:
                raise _stopped(answer)
            # Hurried once, it waits as long as it says from then on.
            if self._hurried.is_set():
                time.sleep(wait)
            else:
                self._hurried.wait(wait)

    def _wait(self, failures: int, answer: Answer) -> float:
        requested = _requested(answer.headers)
        if requested is not None:
            return min(requested, MOST_REQUESTED) * (1 + random.random() / 10)
        return min(self._first_retry * 2 ** (failures - 1), MOST) * (0.5 + random.random() / 2)


def _is_passing(answer: Answer) -> bool:
    status = answer.status
    return status is None or status < 300 or status >= 500 or status in (408, 425, 429)


def _requested(headers: Mapping[str, str]) -> Optional[float]:
    """Seconds or a date, which is counted from the Date of the same answer: the two clocks may differ."""
    text = (headers.get("Retry-After") or "").strip()
    try:
        return max(float(text), 0.0)
    except ValueError:
        pass
    try:
        now = headers.get("Date")
        at = parsedate_to_datetime(text)
        return max((at - parsedate_to_datetime(now or "")).total_seconds(), 0.0)
    except (TypeError, ValueError, IndexError):
        return None


def _stopped(answer: Answer) -> SyncStopped:
    problem = answer.body if isinstance(answer.body, dict) and "type" in answer.body else None
    if problem is None:
        return SyncStopped("refused", f"The service cannot be reached: {answer.error or answer.status}")
    reason = "ended" if problem["type"].endswith(":sync-ended") else "refused"
    return SyncStopped(reason, problem.get("detail", ""), problem)
