"""The `massctl` command; also `python -m massctl`."""

from massctl.cli.main import main

if __name__ == "__main__":
    main()
