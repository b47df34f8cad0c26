"""How far a run of the workflow is, and how long the rest will take."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

WEIGHTS = {"train_run": 40, "train_model": 40, "evaluate_run": 8, "detect_faces": 4}
"""How many times longer a job of a rule takes than one of any other rule, on the demo corpus. Used
for a rule until one of its own jobs has ended."""


@dataclass
class Pace:
    """The jobs of a run: planned, running and ended, with their times.

    Attributes
    ----------
    planned : mapping of str to int
        Jobs of each rule in this run.
    begun : float
        When the run began, in seconds.
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
        """Number of jobs that ended well."""
        return self._ended.total()

    @property
    def running(self) -> list[int]:
        """The jobs that run, the one that began first in front."""
        return list(self._running)

    def start(self, job: int, rule: str, now: float) -> None:
        """Note that a job has begun."""
        self._running[job] = (rule, now)

    def end(self, job: int, now: float, well: bool = True) -> None:
        """Note that a job has ended; one that failed counts as not done."""
        rule, since = self._running.pop(job, ("", now))
        if well and rule:
            self._ended[rule] += 1
            self._seconds[rule] += now - since

    def seconds_left(self, now: float) -> float | None:
        """Estimate the seconds to the end of the run; None before the first job has ended.

        A job is expected to take the mean time of its rule's ended jobs, or as long as `WEIGHTS`
        says. As many jobs are expected to run side by side as did so far, on average.
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
    """Return a duration in words: `40 s`, `3 min`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
