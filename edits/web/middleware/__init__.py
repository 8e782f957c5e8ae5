"""What happens to each request before its view, and to each response after it.

request_ids    request ids, and the access log        nul_bytes    NUL in URLs and queries
health_probes  health checks under any host name      compression  HTML pages, compressed
"""
