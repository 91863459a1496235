"""`python -m kg`."""

from kg.cli import main

if __name__ == "__main__":  # processes of a build import this module under another name
    main()
