"""All rows of one chunk of customers, every feature in its turn."""

from __future__ import annotations

from functools import lru_cache

from resolvers.generating.archive import Archive
from resolvers.generating.assignments import Assignments
from resolvers.generating.contacts import Contacts
from resolvers.generating.credit import Credits
from resolvers.generating.customers import Customers
from resolvers.generating.dealings import Dealings
from resolvers.generating.departments import draw_departments
from resolvers.generating.grades import Grades
from resolvers.generating.interactions import Interactions
from resolvers.generating.ledger import Ledger
from resolvers.generating.plan import WorldPlan
from resolvers.generating.relations import Relations
from resolvers.generating.rows import Page
from resolvers.generating.staff import Frame, draw_staff
from resolvers.generating.tickets import Tickets


@lru_cache(maxsize=2)
def draw_frame(plan: WorldPlan) -> Frame:
    """The departments and the staff of a world; every process draws the same."""
    departments, page = draw_departments(plan)
    frame = draw_staff(plan, departments)
    return Frame(departments, frame.teams, [page, *frame.pages])


class Chunk:
    """Draws the customers of one chunk, with all their dealings."""

    def __init__(self, plan: WorldPlan, number: int) -> None:
        frame = draw_frame(plan)
        self._places = plan.members(number)
        self._customers = Customers(plan, number, frame.departments)
        self._archive = Archive(plan, number)
        self._grades = Grades(plan, number)
        self._contacts = Contacts(plan, number)
        self._assignments = Assignments(plan, number, frame)
        self._relations = Relations(plan, number)
        self._tickets = Tickets(plan, number, frame)
        self._interactions = Interactions(plan, number)
        self._ledger = Ledger(plan, number)
        self._credits = Credits(plan, number)

    def draw(self) -> list[Page]:
        """The rows of all tables, those first that others refer to."""
        for place in self._places:
            self._draw_customer(place)
        return [
            *(self._archive.customers, self._archive.tokens, self._archive.tags, self._grades.page),
            *(self._contacts.page, self._assignments.page, self._relations.page),
            *(self._tickets.tickets, self._tickets.events, self._interactions.page),
            *(self._ledger.entries, self._ledger.balances, self._credits.page),
        ]

    def _draw_customer(self, place: int) -> None:
        """One customer: its dealings first, then the row that carries their figures."""
        customer = self._customers.draw(place)
        service = self._assignments.add(customer)
        dealings = Dealings(customer, service, self._contacts.add(customer))
        figures = dealings.figures
        self._interactions.add(dealings, self._tickets.add(dealings))
        self._ledger.add(customer, figures)
        self._credits.add(customer, figures)
        self._relations.add(customer)
        edits, edited = self._grades.add(customer, service.founder.number)
        self._archive.add(customer, figures, edits=edits, edited=edited)
