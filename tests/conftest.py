"""Settings of Hypothesis, and what the tests need of the process that they run in.

The same examples in every run, no limit of time for one example.

``pytest --hypothesis-profile=explore`` looks for new ones.
"""

import os
import signal

# As the command does. On a busy machine, threads that wait for each other made these tests six times slower.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from hypothesis import HealthCheck, settings  # noqa: E402

settings.register_profile(
    "steady", derandomize=True, deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile("steady")

# A shell starts what it runs in the background with Ctrl-C switched off, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
