"""What all forms share: an empty required field says which one it is and what to do."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates
from django.forms.utils import ErrorList
from django.utils.translation import gettext as _

GENERIC = forms.Field.default_error_messages["required"]
BOUNDS = {"min_value": MinValueValidator.message, "max_value": MaxValueValidator.message}


class NamedField(BoundField):
    """A field on a form; Django's "this field is required" and "ensure that this value is at least"
    get the field's own name. A form that says it better (`error_messages`) keeps its sentence."""

    @property
    def errors(self) -> ErrorList:
        found = super().errors
        told = found.as_data()
        if not any(self._is_general(error) for error in told):
            return found
        sentences = [
            self._named(error) if self._is_general(error) else text
            for error, text in zip(told, found, strict=True)
        ]
        return self.form.error_class(sentences, renderer=self.form.renderer)

    def _is_general(self, error: Any) -> bool:
        """Whether Django's own words are left, which do not name the field."""
        return error.message == (GENERIC if error.code == "required" else BOUNDS.get(error.code))

    def _named(self, error: Any) -> str:
        if error.code == "required":
            return self._missing()
        words = {"field": self.label, "limit": (error.params or {}).get("limit_value", "")}
        if error.code == "min_value":
            return _("“%(field)s”不能小于 %(limit)s。") % words
        return _("“%(field)s”不能大于 %(limit)s。") % words

    def _missing(self) -> str:
        widget, name = self.field.widget, {"field": self.label}
        if isinstance(widget, forms.FileInput):
            return _("请选择“%(field)s”的文件。") % name
        if isinstance(widget, forms.CheckboxInput):
            return _("请勾选“%(field)s”。") % name
        if isinstance(widget, forms.Select | forms.RadioSelect | forms.CheckboxSelectMultiple):
            return _("请选择“%(field)s”。") % name
        return _("请填写“%(field)s”。") % name


class Renderer(DjangoTemplates):
    """`FORM_RENDERER`: every form of the application takes its fields from here."""

    bound_field_class = NamedField
