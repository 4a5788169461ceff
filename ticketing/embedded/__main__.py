"""`python -m ticketing.embedded watch` restarts servers that die; `… remove` stops them and deletes their data."""

import sys

from ticketing import embedded

COMMANDS = {"watch": embedded.watch, "remove": embedded.remove}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.exit(f"usage: python -m ticketing.embedded {' | '.join(COMMANDS)}")
    COMMANDS[sys.argv[1]]()
