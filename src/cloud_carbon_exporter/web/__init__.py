"""The HTTP side: /, /metrics, /healthz, /readyz and /api/v1."""
