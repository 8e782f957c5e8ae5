# Two images: "reword" for every service, and "sandbox" with what the stand-in for Wiro needs besides, for trials.
# docker-compose.yml says which command each service runs.

# Debian 13, for its PostgreSQL client: pg_dump has to be at least as new as the server.
FROM python:3.11-slim-trixie AS program

# The allocator gives freed memory back instead of keeping some for each thread, as `make run` has it.
ENV PYTHONUNBUFFERED=1 \
    DATA_DIR=/data \
    MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=1048576 \
    MALLOC_TRIM_THRESHOLD_=1048576

# For backups: pg_dump, pg_restore and psql.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/*

# The program may write to its data and to nothing else. These numbers stay: files in volumes and bind mounts belong to them.
RUN groupadd --gid 10001 app && useradd --uid 10001 --gid 10001 --no-create-home app \
    && install --directory --owner app --group app --mode 700 /data

WORKDIR /app

# Ready-made wheels with known hashes only, so nothing is compiled and no build tools are needed.
COPY requirements/production.txt requirements/
RUN pip install --no-cache-dir --disable-pip-version-check --only-binary :all: --require-hashes \
    --requirement requirements/production.txt

COPY manage.py ./
COPY editor_site editor_site
COPY edits edits
COPY templates templates
COPY static static
RUN python -m edits.translations && python -m compileall -q editor_site edits

USER 10001:10001
VOLUME /data
EXPOSE 8000


FROM program AS sandbox
USER 0
COPY requirements/run.txt requirements/
RUN pip install --no-cache-dir --disable-pip-version-check --only-binary :all: --require-hashes --requirement requirements/run.txt
USER 10001:10001


# Last, so that `docker build .` makes it.
FROM program AS reword
