"""Accounts and their roles. Only superusers come here, and what they do is on record.

Roles decide who may approve a letter, so giving one is a decision with an audit event, the
same as any other. Who has acted is never deleted: an account is closed by "active".
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from campaigns import audit
from campaigns.admin.log import ReadOnlyAdmin
from campaigns.models import User

admin.site.unregister(Group)


@admin.register(User)
class PersonAdmin(UserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "role_names", "is_active", "last_login")
    list_filter = ("groups", "is_active", "is_superuser")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("May do", {"fields": ("groups", "is_active", "is_staff", "is_superuser")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "username",
                    "first_name",
                    "last_name",
                    "email",
                    "groups",
                    "is_staff",
                    "password1",
                    "password2",
                )
            },
        ),
    )

    @admin.display(description="roles")
    def role_names(self, user: User) -> str:
        return ", ".join(user.roles) or "none"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"is_staff": True}

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Roles as boxes to tick; there are five, and nobody should need Ctrl."""
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "groups" and field is not None:
            field.widget = UnfoldAdminCheckboxSelectMultipleWidget()
            field.widget.choices = field.choices
            field.label, field.help_text = "Roles", ""
        return field

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:
        """Whoever sets another's password could approve in that person's name."""
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            person = User.objects.get(pk=id)
            audit.record(
                "user.password_set",
                subject=person,
                by=request.user,  # type: ignore[arg-type]  # the admin needs a login
                sentence=f"set the password of the account {person.username}",
            )
        return response

    @transaction.atomic
    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        person = form.instance
        if not form.changed_data and change:
            return
        roles = ", ".join(person.roles) or "no role"
        audit.record(
            "user.changed" if change else "user.added",
            subject=person,
            by=request.user,  # type: ignore[arg-type]  # the admin needs a login
            sentence=f"{'changed' if change else 'added'} the account {person.username}: "
            f"{roles}{'' if person.is_active else ', closed'}"
            f"{', superuser' if person.is_superuser else ''}",
            fields=[name for name in form.changed_data if not name.startswith("password")],
        )


@admin.register(Group)
class RoleAdmin(ReadOnlyAdmin):
    """What each role may do is written in `campaigns.roles` and `letters.roles`."""

    list_display = ("name",)
    fields = ("name", "permissions")
