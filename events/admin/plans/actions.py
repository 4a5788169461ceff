"""The actions on a seating plan in the seller admin: publish and remove it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from core.text.formatting import join_names, pluralize
from events.admin.plans.overview import is_published, read_draft
from events.plan_models import SeatingPlan
from events.seller_admin.actions import AdminAction, Confirmation, ConfirmationPart, by_name
from events.venues.plans import publish_plan, remove_plan

MAX_PROBLEMS = 10  # that the page shows at once
USUAL_NAME = re.compile(r"Category \d+")  # that the designer gives a category
MISTAKES = "The draft has mistakes. Correct them in the designer, which shows where they are."


@dataclass(frozen=True, kw_only=True)
class PublishPlan(AdminAction):
    """Publishing: offered while the draft differs from the newest version."""

    def offered(self, row: SeatingPlan) -> bool:
        """Return whether there is something to publish."""
        return bool(row.draft) and not is_published(row)

    def confirmation(self, rows: Sequence[SeatingPlan]) -> Confirmation:
        """Return what will be published, or what is wrong with the draft."""
        (plan,) = rows
        draft = read_draft(plan)
        if draft.plan is None:
            obstacle = MISTAKES if draft.problems else "The draft is empty. Draw it in the designer."
            return Confirmation([], [ConfirmationPart(plan.name, draft.problems[:MAX_PROBLEMS], obstacle)])
        sentences = [f"The draft has {pluralize(draft.plan.size, 'place')}.", self.explanation]
        names = [category.name for category in draft.plan.categories]
        if usual := [f"“{name}”" for name in names if USUAL_NAME.fullmatch(name)]:
            sentences.append(f"Buyers will read {join_names(usual)}: in the designer you can give names that say more.")
        return Confirmation(rows, [ConfirmationPart(plan.name, sentences)])


@dataclass(frozen=True, kw_only=True)
class RemovePlan(AdminAction):
    """Removing: offered while no event uses the plan."""

    def offered(self, row: SeatingPlan) -> bool:
        """Return whether no event uses the plan."""
        return not row.versions.filter(events__isnull=False).exists()


def _publish(plan: SeatingPlan, user: User) -> None:
    publish_plan(plan_id=plan.pk, seller=user)


def _remove(plan: SeatingPlan, user: User) -> None:
    remove_plan(plan_id=plan.pk, seller=user)


PLAN_ACTIONS = by_name(
    PublishPlan(
        name="publish",
        label="Publish",
        act=_publish,
        explanation="Publishing makes it a version that never changes. New events can be put on with it; events that "
        "have another version keep theirs.",
        done="Published. New events can be put on with this version.",
    ),
    RemovePlan(
        name="remove",
        label="Remove",
        act=_remove,
        explanation="Removes the plan with its draft and all its versions.",
        done="Removed.",
        final=True,
    ),
)
