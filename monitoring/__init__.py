"""The watchtower: health checks, heartbeats, readiness, dashboards. It writes down what it saw."""
