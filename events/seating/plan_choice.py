"""The seating of an event that is put on with a seating plan: which version, and what its categories cost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import BadInput, FieldProblem
from core.http.bodies import no_such_member, unknown_members
from core.text.visible import composed
from events.plan_models import PlanVersion
from events.plans.document import read_plan
from events.plans.plan import Plan
from events.seat_models import MAX_PRICE
from events.seating.drawn import DrawnBlock, largest_whole_table, used_categories

MEMBERS = ("plan_version", "prices")


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """A version of a seating plan (its id) and the price of each category in minor units, as a seller sends them.

    Whether the version is the seller's, and whether it has these categories, is known once it is laid out.
    """

    plan_version_id: int
    prices: dict[str, int]
    max_seats: int

    @property
    def config(self) -> dict[str, Any]:
        """What is stored and shown."""
        return {"plan_version": self.plan_version_id, "prices": self.prices}

    @property
    def seats(self) -> int:
        """Number of places of the version; 0 if there is none. Runs a query."""
        places = PlanVersion.objects.filter(pk=self.plan_version_id).values_list("places", flat=True).first()
        return places or 0

    def price_fields(self) -> dict[str, int]:
        """Return {field: price in minor units} for the checks of prices."""
        return {f"seating_config.prices.{name}": price for name, price in self.prices.items()}

    def laid_out(self, seller_id: int) -> "PlanSeating":
        """Read the version and check the prices. Runs two queries.

        Raises BadInput if the seller has no such version, if the price of a category that has places is missing, and
        for the price of one that has none.
        """
        venue_of_version(self.plan_version_id, seller_id, field="seating_config.plan_version")
        version, plan = read_version(self.plan_version_id, max_seats=self.max_seats)
        check_categories(plan, self.prices, "seating_config.prices")
        return PlanSeating(version, plan, self.prices)


@dataclass(frozen=True, slots=True)
class PlanSeating:
    """A version of a seating plan with a price, in minor units, for each of its categories that has places."""

    version: PlanVersion
    plan: Plan
    prices: Mapping[str, int]

    @property
    def config(self) -> dict[str, Any]:
        """What is stored and shown."""
        return {"plan_version": self.version.pk, "prices": dict(self.prices)}

    def blocks(self) -> Iterator[DrawnBlock]:
        """Yield the blocks in the order of the plan."""
        prices = {index: self.prices.get(category.name, 0) for index, category in enumerate(self.plan.categories)}
        for block in self.plan.blocks:
            yield DrawnBlock(self.plan, block, prices)

    def check_tables(self, max_tickets_per_booking: int) -> None:
        """Raise BadInput if a table that is sold as a whole has more seats than a booking may have."""
        refuse_large_tables(largest_whole_table(self.plan), max_tickets_per_booking)


def refuse_large_tables(largest: int, max_tickets_per_booking: int) -> None:
    """Raise BadInput if the `largest` table that is sold as a whole has more seats than a booking may have."""
    if largest > max_tickets_per_booking:
        detail = f"A table with {largest} seats is sold as a whole, so a booking needs at least as many."
        raise BadInput.field("max_tickets_per_booking", detail, "min_value")


def venue_of_version(version_id: int, seller_id: int, *, field: str) -> int:
    """Return the id of the venue whose plan has this version. Runs a query.

    Raises BadInput at `field` if the seller has no such version.
    """
    versions = PlanVersion.objects.filter(pk=version_id, plan__venue__seller_id=seller_id)
    venue_id = versions.values_list("plan__venue_id", flat=True).first()
    if venue_id is None:
        raise BadInput.field(field, "The seller has no such version of a seating plan.", "unknown")
    return venue_id


def read_version(version_id: int, *, max_seats: int) -> tuple[PlanVersion, Plan]:
    """Return a version, without its geometry, and its plan. Runs a query. Raises BadInput for more seats than that."""
    version = PlanVersion.objects.defer("geometry").get(pk=version_id)
    return version, read_plan(version.document, max_places=max_seats, published=True)


def read_plan_choice(config: Mapping[str, Any], *, max_seats: int) -> PlanChoice:
    """Read `{"plan_version": id, "prices": {category: minor units}}` as a seller sends it.

    Raises BadInput that names each bad field as `seating_config.…`. Looks nothing up.
    """
    problems = [
        BadInput.problem(f"seating_config.{name}", no_such_member(MEMBERS), "unknown")
        for name in unknown_members(config, MEMBERS)
    ]
    version, prices = config.get("plan_version"), config.get("prices")
    if isinstance(version, bool) or not isinstance(version, int) or not 1 <= version < 2**63:
        problems.append(BadInput.problem("seating_config.plan_version", "This must be the id of a plan's version."))
    if not isinstance(prices, dict):
        problems.append(BadInput.problem("seating_config.prices", "This must be an object: a price per category."))
    else:
        problems += _price_problems(prices)
        if len({composed(name) for name in prices}) < len(prices):
            problems.append(BadInput.problem("seating_config.prices", "A category has two prices.", "duplicate"))
    if problems:
        raise BadInput(problems)
    by_name = {composed(name): price for name, price in prices.items()}  # type: ignore[union-attr]
    return PlanChoice(version, by_name, max_seats)  # type: ignore[arg-type]


def check_categories(plan: Plan, prices: Mapping[str, int], field: str) -> None:
    """Raise BadInput that names each category with places but no price, and each price of no such category."""
    used = used_categories(plan)
    problems = [
        BadInput.problem(f"{field}.{name}", f"The category {name} needs a price.", "required")
        for name in used
        if name not in prices
    ] + [
        BadInput.problem(f"{field}.{name[:50]}", "The plan has no places of this category.", "unknown")
        for name in prices
        if name not in used
    ]
    if problems:
        raise BadInput(problems)


def _price_problems(prices: dict[Any, Any]) -> list[FieldProblem]:
    detail = f"The price must be a whole number of minor units from 0 to {MAX_PRICE:,}."
    return [
        BadInput.problem(f"seating_config.prices.{str(name)[:50]}", detail)
        for name, price in prices.items()
        if isinstance(price, bool) or not isinstance(price, int) or not 0 <= price <= MAX_PRICE
    ]
