"""The WSGI application that `loushi serve` runs."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loushi.config.settings")

application = get_wsgi_application()

# What was loaded lives as long as the process: no collection need look through it again while
# somebody waits, and the rest is looked through more rarely.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
