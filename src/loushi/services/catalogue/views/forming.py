"""A form's way through its command, with the fields of this package's conditions."""

from functools import partial

from loushi.foundation.web import forming
from loushi.foundation.web.forming import tried
from loushi.services.catalogue.forms import add_refusal

__all__ = ["done", "tried"]

done = partial(forming.done, tell=add_refusal)
"""As `forming.done`; the fields of conditions are found by their own names."""
