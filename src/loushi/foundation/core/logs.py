"""The request id that every log line, audit entry and event of one request shares."""

import logging
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("loushi_request_id", default="")


class RequestIdFilter(logging.Filter):
    """Puts the current request id on every log record ('' outside a request or job)."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True
