"""Handing over what a member of the staff has to a successor (A8): the document, and what each kind of thing does."""
