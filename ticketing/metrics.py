"""/metrics for Prometheus, with the sums of all processes (core.counters), and what each request adds to them."""

import hmac
from collections.abc import Iterable, Iterator
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from accounts.authentication import bearer_token
from bookings.operator import overview
from core import counters
from core.errors import PermissionRefused
from core.http.address import UNKNOWN, client_address
from core.http.origin import SAFE_METHODS
from core.http.problems import problem_response
from core.redis import RedisUnavailable
from ticketing.email_backlogs import email_backlogs

REFUSED_EARLY = (401, 403, 429, 503)  # statuses of requests refused before the work that is timed
HOLD = ("POST", "/api/booking")
# Descriptions of counters. Other counters are exported as well, without a description.
DESCRIPTIONS = {
    "held": "Holds made.",
    "refusal": "Refusals under /api, by code.",
    "limit_hit": "Calls over a rate limit, by limit.",
    "challenge": "Proofs of work, by outcome.",
}


def record_request(method: str, path: str, status: int, seconds: float) -> None:
    """Record the duration of a finished API request in seconds, as "read", "write" or "hold"; count successful holds.

    Other requests, and those that were refused early, are not recorded.
    """
    if not path.startswith("/api/") or status in REFUSED_EARLY:
        return
    if (method, path.rstrip("/")) != HOLD:
        counters.observe("read" if method in SAFE_METHODS else "write", seconds)
        return
    counters.observe("hold", seconds)
    if status in (201, 202):
        counters.count("held")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the metrics to a bearer of METRICS_TOKEN or, without a token, to this machine; 403 to all others."""
    if not _may_read(request):
        return problem_response(PermissionRefused("Metrics are for this machine, or for a bearer of METRICS_TOKEN."))
    registry = CollectorRegistry(auto_describe=False)
    registry.register(AllMetrics())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    token = bearer_token(request.headers.get("Authorization", ""))
    if settings.METRICS_TOKEN and token is not None:
        return hmac.compare_digest(token.encode(), settings.METRICS_TOKEN.encode())
    address = client_address(request.META)
    return address != UNKNOWN and "/" not in address and ip_address(address).is_loopback


class AllMetrics(Collector):
    """The Prometheus collector of all metrics. It reads their values whenever they are collected."""

    def collect(self) -> Iterator[Metric]:
        """Return all metrics; without Redis, only those of emails about bookings and `ticketing_redis_up`."""
        yield from _emails()
        try:
            numbers, processes = counters.all_time(), counters.processes()
        except RedisUnavailable:
            yield GaugeMetricFamily("ticketing_redis_up", "Whether Redis is available.", 0)
            return
        yield GaugeMetricFamily("ticketing_redis_up", "Whether Redis is available.", 1)
        yield from _counted(numbers)
        yield _timed(numbers)
        yield from _processes(processes)
        yield from _waiting()


def _counted(numbers: counters.Numbers) -> Iterator[Metric]:
    names = {name.partition(":")[0] for name in numbers.sums if "|" not in name} | DESCRIPTIONS.keys()
    for name in sorted(names):
        family = CounterMetricFamily(f"ticketing_{name}", DESCRIPTIONS.get(name, ""), labels=["kind"])
        for kind, number in sorted(numbers.kinds(name).items()):
            family.add_metric([kind], number)
        if name in numbers.sums or not family.samples:
            family.add_metric([""], numbers.sums.get(name, 0))
        yield family


def _timed(numbers: counters.Numbers) -> Metric:
    family = HistogramMetricFamily("ticketing_call_seconds", "Duration of API requests.", labels=["call"])
    for name in sorted(numbers.timed()):
        classes = numbers.classes(name)
        ends = [*map(str, counters.BOUNDS), "+Inf"]
        below = [(end, float(sum(classes[: index + 1]))) for index, end in enumerate(ends)]
        family.add_metric([name], below, numbers.total_seconds(name))
    return family


def _processes(processes: dict[str, dict[str, str]]) -> Iterable[Metric]:
    writing = GaugeMetricFamily("ticketing_in_flight_writes", "Writing calls in progress.", labels=["process"])
    read_only = GaugeMetricFamily("ticketing_read_only", "1: this process refuses writes.", labels=["process"])
    breakers = GaugeMetricFamily(
        "ticketing_breaker_open", "1: open, calls are not tried.", labels=["process", "breaker"]
    )
    for process, gauges in processes.items():
        writing.add_metric([process], float(gauges.get("in_flight", 0)))
        read_only.add_metric([process], float(bool(gauges.get("read_only"))))
        for name, state in overview.breakers_of(gauges).items():
            breakers.add_metric([process, name], float(state != "closed"))
    return writing, read_only, breakers


def _emails() -> Iterable[Metric]:
    oldest = GaugeMetricFamily(
        "ticketing_oldest_due_email_seconds",
        "How long the oldest due email has waited to be sent; 0 if none is due.",
        labels=["rank", "kind"],
    )
    retried = GaugeMetricFamily(
        "ticketing_retried_emails", "Emails that the mail server has not taken yet.", labels=["rank", "kind"]
    )
    for rank, kind, backlog in email_backlogs():
        oldest.add_metric([rank, kind], backlog.oldest_seconds)
        retried.add_metric([rank, kind], backlog.retried)
    return oldest, retried


def _waiting() -> Iterable[Metric]:
    queue = GaugeMetricFamily("ticketing_waiting", "Buyers in the queue.", labels=["event"])
    active = GaugeMetricFamily("ticketing_active_passes", "Buyers let in who are still choosing.", labels=["event"])
    rate = GaugeMetricFamily("ticketing_admit_per_minute", "As set; 0 while paused.", labels=["event"])
    for room in overview.waiting_rooms():
        event = [str(room["event_id"])]
        if room["waiting"] is not None:
            queue.add_metric(event, room["waiting"])
        active.add_metric(event, room["active"])
        rate.add_metric(event, 0 if room["paused"] else room["admit_per_minute"])
    return queue, active, rate
