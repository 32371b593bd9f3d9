"""The lists that a person may set, and one of them with its form."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from loushi.foundation.core.errors import Refused
from loushi.foundation.lists import commands, queries
from loushi.foundation.lists.forms import WordForm, add_refusal


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All lists that the person may set."""
    found = [
        {"list": one, "names": [word.name for word in queries.words_of(one) if word.offered]}
        for one in queries.lists_for(request.actor)
    ]
    return render(request, "lists/index.html", {"lists": found})


def word_list(request: HttpRequest, key: str) -> HttpResponse:
    """One list: what stands in it, a form for a new word or for the one that the address names."""
    listed, code = queries.list_for(request.actor, key), request.GET.get("word", "")
    initial = queries.word_values(listed, code) if code else {"since": timezone.localdate()}
    form = WordForm(request.POST or None, listed=listed, code=code, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = commands.save_word(actor=request.actor, key=key, code=code, **form.values())
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("“%(name)s”已保存。") % {"name": row})
            return redirect("lists:list", key)
    words = queries.words_of(listed)
    context = {
        "list": listed,
        "words": words,
        "columns": [cell.label for cell in words[0].cells] if words else [],
        "beside": any(word.beside for word in words),
        "form": form,
        "editing": next((word for word in words if word.code == code), None),
    }
    return render(request, "lists/list.html", context, status=422 if form.is_bound else 200)
