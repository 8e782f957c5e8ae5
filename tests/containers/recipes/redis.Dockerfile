FROM reword-stand-in
RUN apt-get update && apt-get install --yes --no-install-recommends redis-server && install -d -o redis -g redis -m 700 /data
COPY redis-start.sh /usr/local/bin/docker-entrypoint.sh
WORKDIR /data
VOLUME /data
ENTRYPOINT ["sh", "/usr/local/bin/docker-entrypoint.sh"]
CMD ["redis-server"]
