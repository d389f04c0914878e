"""`python -m didymium`."""

from .cli import main

if __name__ == "__main__":
    main()
