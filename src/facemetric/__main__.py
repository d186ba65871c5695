"""``python -m facemetric``."""

from facemetric.cli import main

if __name__ == "__main__":
    main()
