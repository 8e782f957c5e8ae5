"""The site: settings, the root URLs, and the entry points for the web server and for Celery."""

import os

# Before numpy is imported: its products here are tiny, and waking a pool of threads for each takes longer than the product.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
