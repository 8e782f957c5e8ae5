FROM reword-stand-in
RUN apt-get update && apt-get install --yes --no-install-recommends python3 python3-pip ca-certificates \
    && rm -f /usr/lib/python3*/EXTERNALLY-MANAGED && ln -s /usr/bin/python3 /usr/local/bin/python
# How this machine reaches its package index.
COPY ca.crt /etc/ssl/certs/ca-certificates.crt
COPY pip.conf /etc/pip.conf
