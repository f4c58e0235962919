"""``python -m audioq`` does what the command ``audioq`` does."""

from audioq.cli import main

if __name__ == "__main__":
    main()
