"""What all forms share: an empty required field says which one it is and what to do."""

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates
from django.forms.utils import ErrorList
from django.utils.translation import gettext as _

GENERIC = forms.Field.default_error_messages["required"]


class NamedField(BoundField):
    """A field on a form; Django's "this field is required" gets the field's own name. A form that
    says it better (`error_messages`) keeps its sentence."""

    @property
    def errors(self) -> ErrorList:
        found = super().errors
        told = found.as_data()
        if not any(error.code == "required" and error.message == GENERIC for error in told):
            return found
        sentences = [
            self._missing() if error.code == "required" and error.message == GENERIC else text
            for error, text in zip(told, found, strict=True)
        ]
        return self.form.error_class(sentences, renderer=self.form.renderer)

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
