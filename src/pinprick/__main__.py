"""``python -m pinprick`` is the command ``pinprick``."""

from pinprick.cli import main

if __name__ == "__main__":
    main()
