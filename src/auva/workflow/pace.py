"""Progress of a run of the workflow, and an estimate of the time left."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

WEIGHTS = {"train_run": 40, "train_model": 40, "evaluate_run": 8, "detect_faces": 4}
"""Time of a job of a rule relative to jobs of the rules that are not listed, on the demo corpus.
Used for a rule until one of its own jobs has ended."""


@dataclass
class Pace:
    """The jobs of a run: planned, running and ended, with their times.

    Attributes
    ----------
    planned : mapping of str to int
        Jobs of each rule in this run.
    begun : float
        Start of the run in seconds.
    """

    planned: Mapping[str, int]
    begun: float
    _running: dict[int, tuple[str, float]] = field(default_factory=dict)
    _ended: Counter[str] = field(default_factory=Counter)
    _seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    @property
    def total(self) -> int:
        """Number of planned jobs."""
        return sum(self.planned.values())

    @property
    def done(self) -> int:
        """Number of successful jobs."""
        return self._ended.total()

    @property
    def running(self) -> list[int]:
        """The jobs that run, the one that began first in front."""
        return list(self._running)

    def start(self, job: int, rule: str, now: float) -> None:
        """Record the start of a job."""
        self._running[job] = (rule, now)

    def end(self, job: int, now: float, well: bool = True) -> None:
        """Record the end of a job; a failed job does not count as done."""
        rule, since = self._running.pop(job, ("", now))
        if well and rule:
            self._ended[rule] += 1
            self._seconds[rule] += now - since

    def seconds_left(self, now: float) -> float | None:
        """Estimate the seconds to the end of the run; None before the first job has ended.

        The expected time of a job is the mean time of its rule's ended jobs, or follows from
        `WEIGHTS`. The expected number of parallel jobs is the average so far.
        """
        if not self.done:
            return None
        weighed = sum(_weight(rule) * count for rule, count in self._ended.items())
        unit = sum(self._seconds.values()) / weighed
        expected = {
            rule: self._seconds[rule] / self._ended[rule]
            if self._ended[rule]
            else unit * _weight(rule)
            for rule in self.planned
        }
        running = Counter(rule for rule, _ in self._running.values())
        elapsed = [(rule, now - since) for rule, since in self._running.values()]
        work = sum(max(0.0, expected.get(rule, unit) - spent) for rule, spent in elapsed)
        for rule, count in self.planned.items():
            work += max(0, count - self._ended[rule] - running[rule]) * expected[rule]
        busy = sum(self._seconds.values()) + sum(spent for _, spent in elapsed)
        return work / max(1.0, busy / max(now - self.begun, 1e-9))


def _weight(rule: str) -> int:
    return WEIGHTS.get(rule, 1)


def spoken(seconds: float) -> str:
    """Return a duration as text: `40 s`, `3 min`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
