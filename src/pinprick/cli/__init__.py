"""The command line, thin: every verb is one library call.

Exit codes: 0 done; 2 the input is wrong, one line for each fault; 1 anything else.
"""

from pinprick.cli import picture as _picture  # noqa: F401 - registers its verb
from pinprick.cli import screening as _screening  # noqa: F401 - registers its verb
from pinprick.cli import sheets as _sheets  # noqa: F401 - registers its verb
from pinprick.cli import sources as _sources  # noqa: F401 - registers its verbs
from pinprick.cli.verbs import app, main

__all__ = ["app", "main"]
