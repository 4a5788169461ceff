"""`python -m ticketing.embedded watch` starts again what dies; `… remove` stops the servers and deletes their data."""

import sys

from ticketing import embedded

COMMANDS = {"watch": embedded.watch, "remove": embedded.remove}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.exit(f"usage: python -m ticketing.embedded {' | '.join(COMMANDS)}")
    COMMANDS[sys.argv[1]]()
