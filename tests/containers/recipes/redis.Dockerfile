FROM reword-stand-in
RUN apt-get update && apt-get install --yes --no-install-recommends redis-server && install -d -o redis -g redis -m 700 /data
WORKDIR /data
VOLUME /data
# The real image's server is built without protected mode.
ENTRYPOINT ["sh", "-c", "exec \"$@\" --protected-mode no", "start"]
CMD ["redis-server"]
