FROM reword-stand-in
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql
ENV PGDATA=/var/lib/postgresql/data LANG=C.UTF-8
RUN install -d -o postgres -g postgres -m 700 $PGDATA && install -d -o postgres -g postgres -m 3777 /var/run/postgresql
COPY postgres-start.sh /usr/local/bin/docker-entrypoint.sh
VOLUME /var/lib/postgresql/data
# A fast shutdown; SIGTERM would wait for every client.
STOPSIGNAL SIGINT
ENTRYPOINT ["sh", "/usr/local/bin/docker-entrypoint.sh"]
CMD ["postgres"]
