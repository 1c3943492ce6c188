"""Forms for inviting a person and for accepting an invitation."""

from __future__ import annotations

from wtforms import HiddenField, RadioField

from portal.accounts.people.forms import ROLE_CHOICES
from portal.accounts.sign_in.fields import email_field, name_field, new_password_field
from portal.web.forms import PortalForm


class InviteForm(PortalForm):
    email = email_field()
    name = name_field()
    role = RadioField("Role", choices=ROLE_CHOICES, default="buyer")


class JoinForm(PortalForm):
    """What somebody who has a password confirms."""

    token = HiddenField()


class NewPersonForm(JoinForm):
    """What somebody new fills in."""

    name = name_field("Your name", autocomplete="name")
    password = new_password_field()
