"""Sends what a scrape would read to where nobody scrapes: Prometheus remote write and OTLP."""
