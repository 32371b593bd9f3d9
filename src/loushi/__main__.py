"""`python -m loushi` is the `loushi` command."""

import sys

from loushi.config.cli import main

sys.exit(main())
