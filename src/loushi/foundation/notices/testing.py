"""For tests and the bench: a mail server that keeps what it receives."""

import socket
import socketserver
import sys
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import cast


class _Conversation(socketserver.StreamRequestHandler):
    """One SMTP conversation, as much of RFC 5321 as a client needs to deliver."""

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        sink = cast("_Server", self.server).sink
        self._say("220 sink")
        for raw in self.rfile:
            line = raw.decode("utf-8", "replace").strip()
            verb = line[:4].upper()
            if verb in {"EHLO", "HELO"}:
                self._say("250 sink")
            elif verb == "RCPT" and sink.refuse:
                self._say(sink.refuse)
            elif verb == "DATA":
                self._say("354 go on")
                self._take(sink)
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _take(self, sink: "Sink") -> None:
        lines: list[bytes] = []
        for raw in self.rfile:
            if raw == b".\r\n":
                break
            lines.append(raw[1:] if raw.startswith(b".") else raw)
        sink.keep(b"".join(lines))
        if sink.hang_up:
            # The mail is here, but its sender never learns so.
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._say("250 kept")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, sink: "Sink", port: int) -> None:
        super().__init__(("127.0.0.1", port), _Conversation)
        self.sink = sink

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that dies in mid-conversation is what the sink is there for."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Sink:
    """`with Sink() as sink:` … `sink.port`, `sink.mails`.

    `refuse` is the answer to RCPT ("550 no such user"); `hang_up` takes the mail and then drops
    the line without saying so.
    """

    def __init__(self, port: int = 0, *, refuse: str = "", hang_up: bool = False) -> None:
        self.refuse = refuse
        self.hang_up = hang_up
        self._lock = threading.Lock()
        self._raw: list[bytes] = []
        self._server = _Server(self, port)
        self.port: int = self._server.server_address[1]

    def keep(self, raw: bytes) -> None:
        with self._lock:
            self._raw.append(raw)

    @property
    def mails(self) -> list[EmailMessage]:
        with self._lock:
            return [message_from_bytes(raw, policy=policy.default) for raw in self._raw]

    @property
    def message_ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]

    def __enter__(self) -> "Sink":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
