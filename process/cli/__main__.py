"""`python -m didymium.cli`."""

from . import main

main()
