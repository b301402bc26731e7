"""Plain records of the directory and the grounds, to look up. Decisions have their own pages.

Nothing is changed or deleted here: a change without its action would leave no audit event.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from campaigns.models import (
    ColumnMapping,
    Contact,
    DirectoryImport,
    Fact,
    Ground,
    Identifier,
    ImportRow,
    Institution,
)


class _ReadOnly:
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class IdentifierInline(_ReadOnly, TabularInline):
    model = Identifier
    extra = 0


class ContactInline(_ReadOnly, TabularInline):
    model = Contact
    extra = 0


class FactInline(_ReadOnly, TabularInline):
    model = Fact
    extra = 0


@admin.register(Institution)
class InstitutionAdmin(_ReadOnly, ModelAdmin):
    list_display = ("name", "kind", "city", "state", "control", "suppressed_at", "archived_at")
    list_filter = ("kind", "control")
    search_fields = ("search_key",)
    inlines = (IdentifierInline, ContactInline, FactInline)


@admin.register(Ground)
class GroundAdmin(_ReadOnly, ModelAdmin):
    list_display = ("name", "citation", "statutory", "verified_on", "review_by", "archived_at")
    search_fields = ("name", "citation")


@admin.register(DirectoryImport)
class DirectoryImportAdmin(_ReadOnly, ModelAdmin):
    list_display = ("file_name", "status", "planned_by", "planned_at", "applied_at")
    list_filter = ("status",)


@admin.register(ImportRow)
class ImportRowAdmin(_ReadOnly, ModelAdmin):
    list_display = ("line", "name", "verdict", "directory_import")
    list_filter = ("verdict",)
    list_select_related = ("directory_import",)


@admin.register(ColumnMapping)
class ColumnMappingAdmin(_ReadOnly, ModelAdmin):
    list_display = ("headings_sha256", "mapping")
