"""How we answer: from a resident's message to a reply. No platform, no HTTP, no SQL."""

import os

# One thread for numpy and the encoder: a second one spins on the core that others need, and a
# child forked after the first call would hang.
for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")
