"""Working off what a window of days still lacks: plan, ask, and again after the lists of activities have said more."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from runningcoach_pipelines.garmin.budget import Budget
from runningcoach_pipelines.garmin.endpoints import ENDPOINTS, Endpoint
from runningcoach_pipelines.garmin.fetching import LIST, Fetched, Fetcher
from runningcoach_pipelines.garmin.planning import plan
from runningcoach_pipelines.garmin.problems import BudgetSpent, LoginRequired, RateLimited
from runningcoach_pipelines.garmin.questions import Question
from runningcoach_pipelines.store.garmin_coverage import State
from runningcoach_pipelines.store.windows import Window

KEPT_FOR_SYNC = 25
"""Requests that a backfill leaves in the budget: what is new comes first."""

_WORTH_WAITING_FOR = 10
_OTHERS = tuple(endpoint for endpoint in ENDPOINTS.values() if endpoint is not LIST)

type Stop = RateLimited | LoginRequired


@dataclass(slots=True)
class Round:
    """What was asked, what became of it, and why it ended before the end.

    `changed` counts answers that say something new, `left` the questions of the plan that were not asked.
    """

    asked: Counter[str] = field(default_factory=Counter)
    states: Counter[State] = field(default_factory=Counter)
    changed: int = 0
    size: int = 0
    failures: list[Fetched] = field(default_factory=list)
    left: int = 0
    stopped: Stop | None = None

    def add(self, fetched: Fetched) -> None:
        self.asked[fetched.question.endpoint.name] += 1
        self.states[fetched.state] += 1
        self.changed += fetched.changed
        self.size += fetched.size
        if fetched.state is State.FAILED:
            self.failures.append(fetched)

    @property
    def answered_empty(self) -> int:
        """Questions to which Garmin had nothing to say."""
        return self.states[State.EMPTY]

    @property
    def complete(self) -> bool:
        """Whether everything that was asked was answered, and nothing stopped it."""
        return self.stopped is None and not self.failures


type OnFetched = Callable[[Fetched, int], None]
"""Gets what was fetched, and how many questions of the plan are left."""


def _silent(_fetched: Fetched, _left: int) -> None:
    pass


def catch_up(fetcher: Fetcher, window: Window, *, on_fetched: OnFetched = _silent) -> Round:
    """Ask everything about the window that is missing or may have changed, until Garmin or the budget says stop."""
    made = Round()
    for endpoints in ((LIST,), _OTHERS):
        if made.stopped is None:
            work_off(fetcher, questions_about(fetcher, window, endpoints), made, on_fetched, keep=KEPT_FOR_SYNC)
    return made


def questions_about(fetcher: Fetcher, window: Window, endpoints: Iterable[Endpoint]) -> tuple[Question, ...]:
    """What is to be asked of these endpoints now."""
    known = fetcher.known(window)
    return plan(known, window, today=fetcher.today(), now=fetcher.clock.now(), endpoints=endpoints).questions


def work_off(
    fetcher: Fetcher, questions: Iterable[Question], made: Round, on_fetched: OnFetched = _silent, *, keep: int = 0
) -> None:
    """Ask the questions in order, and add to the round what came of it.

    Args:
        keep: requests that are to stay in the budget.
    """
    questions = list(questions)
    for index, question in enumerate(questions):
        try:
            if keep:
                _leave(fetcher.budget, keep)
            fetched = fetcher.fetch(question)
        except (RateLimited, LoginRequired) as problem:
            made.stopped = problem
            made.left += len(questions) - index
            return
        made.add(fetched)
        on_fetched(fetched, len(questions) - index - 1)


def _leave(budget: Budget, keep: int) -> None:
    """Raise if a request would leave less than `keep`; then it is better to wait for a handful than for one."""
    try:
        budget.require(keep + 1)
    except BudgetSpent:
        budget.require(keep + _WORTH_WAITING_FOR)
        raise
