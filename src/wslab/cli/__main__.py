"""`python -m wslab.cli`, the same as the command `wslab`."""

import sys

from wslab.cli.main import main

sys.exit(main())
