"""`python -m engagectl`."""

from engagectl.cli import main

if __name__ == "__main__":
    main()
