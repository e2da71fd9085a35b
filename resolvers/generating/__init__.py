"""Generated worlds: customers with all their dealings, invented from a seed, as many as wanted."""

from resolvers.generating.plan import LANGUAGES, MOST_CUSTOMERS, MOST_INTERACTIONS, PlanError, WorldPlan
from resolvers.generating.world import NotEmptyError, Report, Stage, generate_world

__all__ = [
    "LANGUAGES",
    "MOST_CUSTOMERS",
    "MOST_INTERACTIONS",
    "NotEmptyError",
    "PlanError",
    "Report",
    "Stage",
    "WorldPlan",
    "generate_world",
]
