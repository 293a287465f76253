"""`python -m ovos_cli`."""

from ovos_cli.app import main

main()
