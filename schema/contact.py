"""Contacts as clients see them."""

from __future__ import annotations

import strawberry

from resolvers.reading import column, entity, global_id, one
from resolvers.scopes import through_customer
from schema.links import CustomerLink
from schema.paging import Node
from store.contact import ContactRow


@entity(ContactRow, "A person through whom one speaks with a customer. 联系人", scope=through_customer)
class Contact(Node):
    """One person on the customer's side."""

    id: strawberry.ID = global_id()
    name: str = column(ContactRow.name, "The person's name.")
    title: str | None = column(ContactRow.title, "The person's position.")
    email: str | None = column(ContactRow.email, "E-mail address.")
    phone: str | None = column(ContactRow.phone, "Telephone.")
    mobile: str | None = column(ContactRow.mobile, "Mobile telephone.")
    language: str | None = column(ContactRow.language, "The language to speak, such as zh or en.")
    is_primary: bool = column(ContactRow.is_primary, "Whether this is the first person to ask.")
    is_active: bool = column(ContactRow.is_active, "Whether the person is still there.")
    note: str | None = column(ContactRow.note, "What one should know about the person.")
    version: int = column(ContactRow.version, "Counts the changes; give it back when you update.")
    customer: CustomerLink = one(lambda k, c: c.id == k.customer_id, "The customer.", within=True)
