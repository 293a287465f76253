"""`python -m ovos_cli`."""

from ovos_cli.app import main

# Guarded: worker processes import this file again on systems that cannot fork.
if __name__ == "__main__":
    main()
