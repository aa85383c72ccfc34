"""`python -m server` is `almoner`."""

from server.cli import main

main()
