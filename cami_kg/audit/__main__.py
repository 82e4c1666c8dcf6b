"""`python -m cami_kg.audit FOLDER`, as `make audit` runs it."""

import sys

from cami_kg.audit import main

sys.exit(main())
