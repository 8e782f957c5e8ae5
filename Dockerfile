# One image for every service; docker-compose.yml says which command each of them runs.
FROM python:3.11-slim

# The allocator gives freed memory back instead of keeping some for each thread, as `make run` has it.
ENV PYTHONUNBUFFERED=1 \
    DATA_DIR=/data \
    MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=1048576 \
    MALLOC_TRIM_THRESHOLD_=1048576

# For backups: pg_dump and pg_restore.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/*

WORKDIR /app

# Ready-made wheels with known hashes only, so nothing is compiled and no build tools are needed.
COPY requirements/run.txt requirements/run.txt
RUN pip install --no-cache-dir --disable-pip-version-check --only-binary :all: --require-hashes --requirement requirements/run.txt

COPY manage.py ./
COPY editor_site editor_site
COPY edits edits
COPY templates templates
COPY static static
RUN python -m edits.translations && python -m compileall -q editor_site edits

# The program may write to its data and to nothing else. A named volume takes over the owner of the folder it covers.
RUN useradd --system --uid 10001 --no-create-home app && install --directory --owner app /data
USER app
VOLUME /data
EXPOSE 8000
