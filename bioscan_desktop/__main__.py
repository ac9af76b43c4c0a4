"""`python -m bioscan_desktop` opens the window."""

import sys

from bioscan_desktop.app import main

sys.exit(main())
