"""The mutation's entries, put together from the features."""

from __future__ import annotations

import strawberry

from schema.assignment_mutations import AssignmentMutations
from schema.contact_mutations import ContactMutations
from schema.corporate_group_mutations import CorporateGroupMutations
from schema.credit_change_mutations import CreditChangeMutations
from schema.customer_move_mutations import CustomerMoveMutations
from schema.customer_mutations import CustomerMutations
from schema.decision_mutations import DecisionMutations
from schema.department_merge_mutations import DepartmentMergeMutations
from schema.department_mutations import DepartmentMutations
from schema.department_split_mutations import DepartmentSplitMutations
from schema.duty_mutations import DutyMutations
from schema.handover_mutations import HandoverMutations
from schema.head_mutations import HeadMutations
from schema.interaction_mutations import InteractionMutations
from schema.ledger_mutations import LedgerMutations
from schema.placement_mutations import PlacementMutations
from schema.referral_mutations import ReferralMutations
from schema.rule_set_mutations import RuleSetMutations
from schema.rule_shadow import RuleShadowMutations
from schema.rule_simulation_mutations import RuleSimulationMutations
from schema.staff_mutations import StaffMutations
from schema.ticket_mutations import TicketMutations


@strawberry.type(description="What can be changed. Each takes one input, and answers with what changed or with errors.")
class Mutation(
    CustomerMutations,
    ContactMutations,
    StaffMutations,
    DepartmentMutations,
    AssignmentMutations,
    HandoverMutations,
    InteractionMutations,
    TicketMutations,
    LedgerMutations,
    HeadMutations,
    PlacementMutations,
    CorporateGroupMutations,
    ReferralMutations,
    CustomerMoveMutations,
    DepartmentSplitMutations,
    DepartmentMergeMutations,
    RuleSetMutations,
    RuleShadowMutations,
    RuleSimulationMutations,
    DecisionMutations,
    DutyMutations,
    CreditChangeMutations,
):
    """All mutations."""
