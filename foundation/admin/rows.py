"""The admin's page of a table, as every room has it: everything can be inspected, and what changes rows is a service."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.widgets import AdminDateWidget, AdminSplitDateTime, AdminTimeWidget, AutocompleteSelect
from django.db import models
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst

from foundation.admin import deeds, showing
from foundation.admin.deeds import Deed
from foundation.admin.filters import column, model_of
from foundation.admin.lists import BoundedList, BoundedPaginator
from foundation.listing import read_uuid


class NamedDateTime(AdminSplitDateTime):
    """A date and a time, each with a name of its own."""

    def __init__(self, attrs: Any = None) -> None:
        said = attrs or {}
        day, time = ({**said, "aria-label": "Date"}, {**said, "aria-label": "Time"})
        forms.MultiWidget.__init__(self, [AdminDateWidget(attrs=day), AdminTimeWidget(attrs=time)], attrs)


class NamedSearch(AutocompleteSelect):
    """A box to search a row in, which says so while it is empty."""

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> Any:
        """Add the words."""
        return {**super().build_attrs(base_attrs, extra_attrs), "data-placeholder": "Search…"}


class OperatorAdmin(admin.ModelAdmin[Any]):
    """A table as operators see it: its list stays fast, its secrets stay hidden, its deeds call services."""

    #: One line for the index: what the table is for.
    about = ""
    #: What one row and many are called, where the model's own name reads badly. Said here and not in the model, whose names
    #: are part of its migrations.
    called: tuple[str, str] = ("", "")
    #: Tables of at most some thousand rows may be sorted by any column; others are in the order of their keys.
    sorts_any = False
    #: Views have no table whose keys could be gone through; they are as fast as their definition.
    is_view = False
    #: What a search looks for, one after the other; the first that finds anything is shown. ``few&column`` is answered by an
    #: index that begins with a foreign key to a small table.
    looks_for: tuple[str, ...] = ("pk",)
    #: Columns by which rows are found, but not in the order of their keys: what they find is bounded all the same.
    bounded: tuple[str, ...] = ()
    #: Beginnings of words, looked for among the newest rows where nothing else was found.
    begins_with: tuple[str, ...] = ()
    #: Columns that are not shown, besides those whose name says that they are secret.
    hidden: tuple[str, ...] = ()
    deeds: tuple[Deed, ...] = ()

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 0
    ordering = ("-pk",)
    actions_on_top = True
    save_on_top = False

    formfield_overrides: ClassVar[dict[Any, Any]] = {
        models.DateTimeField: {"form_class": forms.SplitDateTimeField, "widget": NamedDateTime},
    }

    def __init__(self, model: type[Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        if any(self.called):
            model._meta.verbose_name, model._meta.verbose_name_plural = self.called

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Give boxes to search in a name for those who do not see them."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = NamedSearch(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BoundedList]:
        """Return the list that is kept within bounds."""
        return BoundedList

    def get_sortable_by(self, request: HttpRequest) -> Any:
        """Offer to sort only what can be sorted."""
        return self.get_list_display(request) if self.sorts_any else ()

    # --- what is shown ---------------------------------------------------------------------------------------------

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Return every column that may be shown, in the order of the table."""
        if self.fields:
            return self.fields
        if self.has_change_permission(request, obj):
            return super().get_fields(request, obj)
        return list(self._shown_columns())

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Return what nobody types in: everything, unless rows may be changed."""
        if self.has_change_permission(request, obj):
            return self.readonly_fields
        return flatten_fieldsets(self.get_fieldsets(request, obj))

    def _shown_columns(self) -> Iterable[Any]:
        for field in self.opts.concrete_fields:
            if showing.is_secret(field.name) or field.name in self.hidden or isinstance(field, models.BinaryField):
                continue
            yield _line(field)

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Return the filters, each once."""
        return self.list_filter

    # --- searching -------------------------------------------------------------------------------------------------

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Show the box where there is something to look for; ``get_search_results`` does the looking."""
        return self.looks_for + self.begins_with if self.search_help_text or self.begins_with else ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Look for an id or a word, one column after the other, so that each look is answered by its index."""
        word = " ".join(search_term.replace("\x00", "").split())[:200]
        if not word:
            return queryset, False
        is_id = read_uuid(word) is not None
        for path in self.looks_for:
            if _takes_ids(self.model, path) and not is_id:
                continue
            found = self._look(queryset, path, word)
            if found is not None:
                request.search_led = path.partition("__")[0] not in self.bounded  # type: ignore[attr-defined]
                return found, False
        if not self.begins_with or is_id:
            request.search_led = True  # type: ignore[attr-defined]
            return queryset.none(), False
        asked = models.Q()
        for path in self.begins_with:
            asked |= models.Q((f"{path}__istartswith", word))
        return queryset.filter(asked), False

    def _look(self, rows: QuerySet[Any], path: str, word: str) -> QuerySet[Any] | None:
        if "&" in path:
            # An index that begins with a column of few values answers once all of them are named.
            few, _, path = path.partition("&")
            rows = rows.filter((f"{few}__in", column(self.model, few).remote_field.model._default_manager.values("pk")))
        field = column(self.model, path.partition("__")[0])
        if path == "pk" and self.opts.pk.get_internal_type().endswith("AutoField"):
            return rows.filter(pk=int(word)) if word.isdecimal() and len(word) < 19 else None
        if "__" in path and field is not None and field.remote_field is not None:
            # Related rows first: they are few, and what is found of them leads an index here.
            rest = path.partition("__")[2]
            ids = list(field.remote_field.model._default_manager.filter((rest, word)).values_list("pk", flat=True)[:20])
            return rows.filter((f"{field.name}__in", ids)) if ids else None
        found = rows.filter((path, word))
        return found if found.order_by().exists() else None

    # --- what may be done ------------------------------------------------------------------------------------------

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Tell whether this operator may do things with rows: who may only look, may not."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer the table's deeds; the admin's own deletion of many is not offered."""
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        if self.deeds and self.has_act_permission(request) and "_popup" not in request.GET:
            for deed in self.deeds:
                actions[deed.name] = (partial(_perform, deed=deed), deed.name, deed.label)
        return actions

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list; what is chosen of it may be done in several requests."""
        told = {"about": self.about, "title": capfirst(str(self.opts.verbose_name_plural))}
        return super().changelist_view(request, {**told, **(extra_context or {})})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a row, with what may be done with it and where its neighbours are."""
        told: dict[str, Any] = {"about": self.about}
        if object_id is not None:
            told["deeds"] = self.deeds if self.has_act_permission(request) else ()
            told["neighbours"] = neighbours(request, self.model, object_id)
            told["checkbox"] = ACTION_CHECKBOX_NAME
            told["row_key"] = object_id
        return super().changeform_view(request, object_id, form_url, {**told, **(extra_context or {})})


class ReadOnlyAdmin(OperatorAdmin):
    """Rows that nobody adds, changes or deletes by hand: what changes them is a service, reached by a deed or a page."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: rows are made by services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse: rows are changed by services."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse: rows are history."""
        return False


class ReadOnlyInline(admin.TabularInline[Any, Any]):
    """Rows of another row, shown below it."""

    extra = 0
    can_delete = False
    show_change_link = True

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Return everything."""
        return self.fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


def neighbours(request: HttpRequest, model: type[Model], key: str) -> list[dict[str, str]]:
    """Return the lists that can be narrowed to a row of this model, for whoever may see them."""
    found = []
    for other, page in admin.site._registry.items():
        filters: Any = page.list_filter
        for narrowing in filters:
            if model_of(narrowing) is not model or not page.has_view_permission(request):
                continue
            meta = other._meta
            address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
            words = str(meta.verbose_name_plural)
            if (
                narrowing.title.replace(" ", "_") != model._meta.model_name
                and narrowing.title != model._meta.verbose_name
            ):
                words = f"{words} ({narrowing.title})"
            found.append({"url": f"{address}?{narrowing.parameter_name}={key}", "words": words})
    return sorted(found, key=lambda link: link["words"])


def _perform(page: Any, request: HttpRequest, rows: QuerySet[Any], *, deed: Deed) -> HttpResponse | None:
    return deeds.perform(page, request, rows, deed)


def _line(field: Any) -> Any:
    """Return how a column is shown in a form: facts and addresses without secrets, moments to the second."""
    if isinstance(field, models.JSONField):
        return showing.shown(field.name)
    if isinstance(field, models.DateTimeField):
        return _exactly(field.name)
    if "url" in field.name:
        return showing.bare(field.name)
    return field.name


def _exactly(name: str) -> Callable[[Any], Any]:
    def show(row: Any) -> Any:
        return showing.tell_moment(getattr(row, name), exact=True)

    show.__name__ = name
    show.short_description = name.replace("_", " ")  # type: ignore[attr-defined]
    return show


def _takes_ids(model: type[Model], path: str) -> bool:
    """Tell whether only an id can be looked for there."""
    if "__" in path or "&" in path:
        return False
    field: Any = model._meta.pk if path == "pk" else column(model, path)
    while field is not None and field.remote_field is not None:
        field = field.target_field
    return field is not None and field.get_internal_type() == "UUIDField"
