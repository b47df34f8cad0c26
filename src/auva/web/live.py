"""Which window may write: the first one open on a video; the others show it read-only."""

from threading import Lock

from auva.web.refusal import Refusal


class Windows:
    """The windows that are open on each video, in the order in which they were opened."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: dict[str, list[str]] = {}

    def join(self, video: str, window: str) -> None:
        """Note a window as open."""
        with self._lock:
            self._open.setdefault(video, []).append(window)

    def leave(self, video: str, window: str) -> None:
        """Note a window as closed; the next one may write then."""
        with self._lock:
            self._open[video].remove(window)

    def may_write(self, video: str, window: str) -> bool:
        """Return whether a window is the one that writes."""
        with self._lock:
            return self._open.get(video, [None])[:1] == [window]

    def check(self, video: str, window: str) -> None:
        """Refuse a window that may not write."""
        if not self.may_write(video, window):
            raise Refusal(409, "this video is being edited in another window", "readonly")
