"""The audit log as records: read only, because nothing may change it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from campaigns.models import AuditEvent


class ReadOnlyAdmin(ModelAdmin):
    """Records that are looked at here and changed elsewhere, or never."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("sequence", "at", "actor", "verb", "sentence")
    list_filter = ("verb",)
    list_select_related = ("actor",)
    list_per_page = 50
    search_fields = ("sentence", "verb", "hash")
    ordering = ("-sequence",)
    show_full_result_count = False
